// Command guest is what runs inside the virtual machine of `make hil`: it drives the contacts and watches the relays of a
// simulated chip from outside of the gateway's process, and says step by step whether the gateway keeps its promises.
//
// Each step prints a line, "HIL ok …" or "HIL FAILED …", which tools/hil reads; "HIL end" says that all steps were done.
package main

import (
	"fmt"
	"os"
)

func main() {
	scenarios := map[string]func(*script){"devices": devices, "day": day}
	switch os.Args[len(os.Args)-1] { // a child of a step
	case "panic":
		panicInAPulse()
	case fmt.Sprintf("bus%d", goodBus):
		serveBus(goodBus)
	case fmt.Sprintf("bus%d", wrongBus):
		serveBus(wrongBus)
	}
	play, known := scenarios[os.Args[len(os.Args)-1]]
	if !known {
		fmt.Println("HIL FAILED: no such scenario:", os.Args)
		return
	}
	play(&script{})
	fmt.Println("HIL end")
}

// script does the steps of a scenario.
type script struct{}

// failure is how a step gives up.
type failure string

// step does one step. One that fails does not keep the others from being done.
func (s *script) step(name string, do func() string) {
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case failure:
			fmt.Printf("HIL FAILED %s: %s\n", name, failed)
		default:
			fmt.Printf("HIL FAILED %s: %v\n", name, failed)
		}
	}()
	fmt.Printf("HIL ok %s: %s\n", name, do())
}

// must ends the step unless something is so.
func must(so bool, format string, args ...any) {
	if !so {
		panic(failure(fmt.Sprintf(format, args...)))
	}
}

// mustNot ends the step if there is an error.
func mustNot(err error) {
	if err != nil {
		panic(failure(err.Error()))
	}
}
