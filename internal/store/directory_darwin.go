package store

const stateBelowHome = "Library/Application Support"
