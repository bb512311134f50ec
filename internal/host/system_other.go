//go:build !windows && !darwin && !freebsd

package host

import "github.com/limenhq/limen/internal/verdict"

// thisSystem is whose rules and words hold here.
const thisSystem = verdict.Linux
