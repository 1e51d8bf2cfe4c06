package fact

// ChargingReported says what a charger has given a ticket's vehicle until now. A later report of the same session takes the
// place of the one before.
type ChargingReported struct {
	Ticket    TicketID `cbor:"1,keyasint,omitempty"`
	Session   string   `cbor:"2,keyasint,omitempty"` // the charger's own number
	Spot      SpotID   `cbor:"3,keyasint,omitempty"`
	FromMS    int64    `cbor:"4,keyasint,omitempty"` // wall time at which energy began to flow
	ToMS      int64    `cbor:"5,keyasint,omitempty"` // and until which it has flowed
	EnergyWh  int64    `cbor:"6,keyasint,omitempty"`
	CurrentMA int64    `cbor:"7,keyasint,omitempty"` // the greatest; 0: not known
	Actor     string   `cbor:"8,keyasint,omitempty"`
}

// TicketClassed says for whom a ticket is to be priced: what the driver chose or is, in the words of the tariff. What is
// empty stays as it was.
type TicketClassed struct {
	Ticket  TicketID `cbor:"1,keyasint,omitempty"`
	Vehicle string   `cbor:"2,keyasint,omitempty"`
	Group   string   `cbor:"3,keyasint,omitempty"` // beside those that it has
	Product string   `cbor:"4,keyasint,omitempty"`
	Actor   string   `cbor:"5,keyasint,omitempty"`
}

// Kind numbers the fact.
func (ChargingReported) Kind() Kind { return KindChargingReported }

// Kind numbers the fact.
func (TicketClassed) Kind() Kind { return KindTicketClassed }

func (ChargingReported) fact() {}
func (TicketClassed) fact()    {}
