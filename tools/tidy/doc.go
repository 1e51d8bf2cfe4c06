// Package tidy is the project's rules as tests: `go test ./tools/tidy` (make tidy) fails with file, line, the rule
// that is broken and what to do.
//
// A rule is a function from a tree of files to findings, and has a test of its own in two halves: the rule holds
// for this tree, and it finds what is wrong in a small bad tree, so that no rule can rot into one that never
// fails. A rule that proves wrong is changed here, with its reason, and never worked around.
//
//	syntax    every Go file parses                                          tree.go
//	layers    who may import whom; the table of layers                      layers.go
//	names     each name in these tables stands for a package                layers.go
//	purity    what pure packages must not do                                purity.go
//	modules   which package may import which third-party module, and why    modules.go
//	packages  documented once, with a name of their own                     packages.go
//	globals   no init, no package variable but errors, tables and embeds    globals.go
//	sizes     functions and files that a person can hold                    sizes.go
//	texts     no leftovers, no paths of one machine                         texts.go
//	places    what may lie at the top, used testdata, boards, README        places.go
//
// Packages are type-checked one by one, with this project's own types and without those of the standard library
// or of third parties: that is enough for the rules, needs no build, and takes a second. A rule sees nothing of a
// type that comes from outside, such as a map that the standard library returned.
package tidy
