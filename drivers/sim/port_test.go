package sim

import (
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
)

// Also what the kernel still carries from the one side to the other is forgotten, and what comes afterwards is not.
func TestAPortForgetsWhatIsOnItsWay(t *testing.T) {
	p, err := plug()
	if err != nil {
		t.Skip(err)
	}
	defer p.close()
	near, err := line.OpenSerial(p.path, drivers.SerialMode{Baud: 115200})
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	chunk := make([]byte, 4096)
	for range 200 {
		for _, text := range []string{"old", "older"} {
			if _, err := p.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		p.forget()
		if _, err := p.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		got := ""
		for silent := 0; len(got) < len("new") && silent < 100; silent++ { // reads that wait 100 ms each
			n, err := near.Read(chunk)
			if err != nil {
				t.Fatal(err)
			}
			got += string(chunk[:n])
		}
		if got != "new" {
			t.Fatalf("%q was read", got)
		}
	}
}
