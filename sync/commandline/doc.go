// Package commandline is how the programs of Gatehouse read their arguments and end; tools/bench, which starts itself
// again as its own children, reads its few flags by itself.
//
// A program's commands are fields of one struct; the help that technicians read comes from their tags. The exit code is 0
// if all is well, 1 if what was looked at is wrong or could not be done, and 2 if the command line itself is. Results go
// to one writer and complaints to the other, so that a pipe carries results alone.
//
// It must not import anything of Gatehouse.
package commandline
