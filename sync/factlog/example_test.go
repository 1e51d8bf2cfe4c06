package factlog_test

import (
	"fmt"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// A gateway commits a decision, acts when it is durable, and finds it again after a power cut.
func Example() {
	disk := simdisk.New(1)
	log, _, err := factlog.Open(disk, "facts", factlog.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	committer := factlog.NewCommitter(log, factlog.CommitterOptions{})
	durable := make(chan error)
	facts := [][]byte{[]byte("plate AB-123 admitted"), []byte("barrier asked to open")}
	last := committer.Append(facts, false, func(err error) { durable <- err })
	fmt.Println("durable up to", last, "error", <-durable)

	disk.Cut(simdisk.CutKeepsNothing)
	log, found, err := factlog.Open(disk, "facts", factlog.Options{KnownDurable: last})
	fmt.Println("found", found.Last, "damage", found.Damage, "error", err)
	err = log.Read(1, func(i factlog.Index, payload []byte) error {
		fmt.Printf("%d %s\n", i, payload)
		return nil
	})
	fmt.Println("error", err)
	// Output:
	// durable up to 2 error <nil>
	// found 2 damage [] error <nil>
	// 1 plate AB-123 admitted
	// 2 barrier asked to open
	// error <nil>
}
