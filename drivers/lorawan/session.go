package lorawan

// verdict says whether an uplink is news.
type verdict uint8

const (
	uplinkNew verdict = iota
	uplinkRepeated
	uplinkLate
)

// reorderMax is by how much a counter may be behind without being that of a new session, where no address tells them
// apart.
const reorderMax = 32

// session is what is known of a sensor's counter. A sensor that joins again gets another address and counts from 0.
type session struct {
	begun         bool
	address       string
	beforeAddress string // of the session before: its uplinks are late
	counter       uint32
}

// judge says whether an uplink is news, and takes it as the last one if so.
func (s *session) judge(u uplink, restart bool) verdict {
	switch {
	case !s.begun:
	case u.address != "" && u.address == s.beforeAddress && u.address != s.address:
		return uplinkLate
	case u.address != s.address:
	case u.counter > s.counter:
	case u.counter == s.counter:
		return uplinkRepeated
	case restart && u.counter <= 1:
	case u.address == "" && s.counter-u.counter > reorderMax:
	default:
		return uplinkLate
	}
	if u.address != s.address {
		s.beforeAddress = s.address
	}
	s.begun, s.address, s.counter = true, u.address, u.counter
	return uplinkNew
}
