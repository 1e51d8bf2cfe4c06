package journal_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"gatehouse/gateway/journal"
)

// The test binary is its own child: with one of these as its first argument it does that work instead.
const (
	childCheck  = "child-check"
	childCommit = "child-commit"
	childHang   = "child-hang"
)

func TestMain(m *testing.M) {
	if len(os.Args) < 3 {
		os.Exit(run(m))
	}
	var err error
	switch os.Args[1] {
	case childCheck:
		err = journal.CheckFile(os.Args[2])
	case childCommit:
		run, _ := strconv.Atoi(os.Args[3])
		err = commitForEver(os.Args[2], run)
	case childHang:
		time.Sleep(time.Hour)
	default:
		os.Exit(run(m))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func childChecker() journal.Checker { return journal.ExecChecker(os.Args[0], childCheck) }

// run runs the tests. A history costs hundreds of flushes of a real disk, so there are few unless -rapid.checks says
// more.
func run(m *testing.M) int {
	err := errors.Join(
		flag.Set("rapid.checks", "15"),
		os.Setenv("GORACE", "atexit_sleep_ms=0"), // children built with the race detector would each rest for a second
	)
	if err != nil {
		panic(err)
	}
	return m.Run()
}
