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

	behind     bool // the last uplink was far behind
	behindFrom uint32
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
	case s.counter-u.counter > reorderMax && (u.address == "" || s.startsOver(u)):
	default:
		return uplinkLate
	}
	s.behind = false
	if u.address != s.address {
		s.beforeAddress = s.address
	}
	s.begun, s.address, s.counter = true, u.address, u.counter
	return uplinkNew
}

// startsOver says whether a sensor with a fixed address counts anew: a single uplink that is far behind is a late one, and
// a second that goes on from it is not.
func (s *session) startsOver(u uplink) bool {
	if s.behind && u.counter > s.behindFrom && u.counter-s.behindFrom <= reorderMax {
		return true
	}
	s.behind, s.behindFrom = true, u.counter
	return false
}
