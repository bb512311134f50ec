package hint

import "slices"

// rows are all programs, each before what would also fit. Left out is what
// cannot be certain: a program whose port stands in its code or configuration
// alone gets the common variables, and is watched.
var rows = slices.Concat(
	nodeRows,
	fileRows,
	pythonRows,
	webRows,
	severalRows,
	lastRows,
)

// Rows returns the table, for a page of documentation.
func Rows() []Row { return slices.Clone(rows) }

// lastRows fit where no other does.
var lastRows = []Row{anyProgram}

// anyProgram has no name to find it by, and stands for what is in no other
// row. Many read PORT, by a custom that began with Heroku.
var anyProgram = Row{
	Name:      "any program",
	Variables: []string{"PORT={port}"},
	Evidence:  `Heroku Dev Center, "Runtime Principles": a web process listens at $PORT`,
	Why:       noArgument,
}

// noArgument is said where a program reads what its author made it read.
const noArgument = "limen knows no argument for it"

// severalRows are programs that start others, of which it is not known here
// which one should get the port.
var severalRows = []Row{
	{
		Name:     "several programs",
		Programs: []string{"concurrently", "npm-run-all", "run-p", "run-s", "run-pty", "turbo", "nx", "lerna", "wireit", "foreman", "overmind", "hivemind", "honcho", "goreman", "process-compose", "docker", "docker-compose"},
		Evidence: "each one's documentation: it starts what its own configuration names",
		Why:      "it starts other programs, and which of them should get an argument is not known",
	},
	{
		Name:     "make",
		Programs: []string{"make", "gmake"},
		NoHost:   true,
		Evidence: `GNU make manual, "Variables from the Environment"; Autoconf manual, "Specifying Target Triplets": HOST is a kind of machine`,
		Why:      "it starts other programs, and which of them should get an argument is not known",
	},
}
