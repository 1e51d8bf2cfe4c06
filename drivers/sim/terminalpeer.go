package sim

import (
	"strconv"
	"sync"

	"gatehouse/drivers/sim/world"
	"gatehouse/drivers/terminal"
	"gatehouse/sync/fact"
)

// terminalPeer is a gate's payment terminal: the world decides, the family's codec speaks.
type terminalPeer struct {
	*port
	gate   int
	pay    func(gate int, payment fact.PaymentID, amount fact.Money) (heard bool)
	status func(gate int, payment fact.PaymentID)

	mu     sync.Mutex
	orders map[fact.PaymentID]int // number of the last order about a payment
}

func newTerminalPeer(p *port, gate int) *terminalPeer {
	return &terminalPeer{port: p, gate: gate, orders: map[fact.PaymentID]int{}}
}

// run obeys orders until the port ends.
func (t *terminalPeer) run() {
	var splitter terminal.Splitter
	chunk := make([]byte, 256)
	for {
		n, err := t.Read(chunk)
		if err != nil {
			return
		}
		for _, b := range chunk[:n] {
			if fields, complete := splitter.Push(b); complete {
				t.obey(fields)
			}
		}
	}
}

func (t *terminalPeer) obey(fields []string) {
	if len(fields) < 3 {
		return
	}
	number, err := strconv.Atoi(fields[1])
	if err != nil {
		return
	}
	payment := fact.PaymentID(fields[2])
	t.mu.Lock()
	defer t.mu.Unlock()
	switch verb := fields[0]; {
	case verb == "PAY" && len(fields) == 5:
		minor, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil || !t.pay(t.gate, payment, fact.Money{Minor: minor, Currency: fact.Currency(fields[4])}) {
			return
		}
		t.orders[payment] = number
		_, _ = t.Write(terminal.Encode("WAIT", fields[1], fields[2])) // a cut cable is the gateway's to notice
	case verb == "STATUS":
		t.orders[payment] = number
		t.status(t.gate, payment)
	}
}

// answer sends what the world says of a payment.
func (t *terminalPeer) answer(a world.PaymentAnswer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.Write(EncodeAnswer(t.orders[a.Payment], a)) // a cut cable is the gateway's to notice
}
