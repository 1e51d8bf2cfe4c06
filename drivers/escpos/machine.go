package escpos

// Machine understands the bytes that a printer gets. The zero value is ready.
type Machine struct {
	pending []byte
	stored  []byte // a QR code that waits to be printed
	line    []byte
	done    Slip
	// Skipped counts the bytes of commands that it does not know.
	Skipped uint64
}

// Slip is what came out of a printer.
type Slip struct {
	Lines  []string
	QR     string
	Bars   string
	Cut    bool
	Drawer byte // 1 and 2: the one that was opened
}

// Event is what a printer does because of the bytes it gets.
type Event struct {
	Slip   *Slip // cut off
	Answer byte  // the question that wants an answer: askPrinter… of DLE EOT
	Queued bool  // it is the one of GS r
}

// pendingMax bounds a command: the longest is a QR code.
const pendingMax = 4096

// Push takes the next byte.
func (m *Machine) Push(b byte) (e Event, happened bool) {
	m.pending = append(m.pending, b)
	length := commandLength(m.pending)
	switch {
	case length > pendingMax:
		m.Skipped += uint64(len(m.pending))
		m.pending = m.pending[:0]
		return Event{}, false
	case length == 0 || len(m.pending) < length:
		return Event{}, false
	}
	command := m.pending
	m.pending = m.pending[:0]
	return m.obey(command)
}

// commandLength is how long the command is that data begins; 0 if that is not known yet.
func commandLength(data []byte) int {
	switch data[0] {
	case esc:
		return escLength(data)
	case gs:
		return gsLength(data)
	case dle:
		return 3
	}
	return 1
}

func escLength(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	switch data[1] {
	case '@':
		return 2
	case 'p':
		return 5
	}
	return 3
}

func gsLength(data []byte) int {
	if len(data) < 3 {
		return 0
	}
	switch {
	case data[1] == '(':
		if len(data) < 5 {
			return 0
		}
		return 5 + int(data[3]) + int(data[4])<<8
	case data[1] == 'k' && data[2] > 64:
		if len(data) < 4 {
			return 0
		}
		return 4 + int(data[3])
	case data[1] == 'V' && data[2] > 64:
		return 4
	}
	return 3
}

func (m *Machine) obey(c []byte) (e Event, happened bool) {
	switch c[0] {
	case lf:
		m.done.Lines = append(m.done.Lines, decodeText(m.line))
		m.line = m.line[:0]
		if len(m.done.Lines) > 4*linesMax {
			m.done = Slip{} // nobody cuts
		}
	case dle:
		return Event{Answer: c[2]}, c[1] == 4
	case esc:
		m.obeyESC(c)
	case gs:
		return m.obeyGS(c)
	default:
		if c[0] < ' ' {
			m.Skipped++
		} else if len(m.line) < lineMax {
			m.line = append(m.line, c[0])
		}
	}
	return Event{}, false
}

func (m *Machine) obeyESC(c []byte) {
	switch c[1] {
	case '@':
		m.line, m.stored = m.line[:0], nil
	case 'p':
		m.done.Drawer = c[2] + 1
	case 'a', 'E', 't', 'd':
	default:
		m.Skipped += uint64(len(c))
	}
}

func (m *Machine) obeyGS(c []byte) (e Event, happened bool) {
	switch c[1] {
	case 'r':
		return Event{Answer: c[2], Queued: true}, true
	case 'V':
		m.done.Cut = true
		slip := m.done
		m.done = Slip{}
		return Event{Slip: &slip}, true
	case 'k':
		if len(c) > 6 && c[2] == 'I' && string(c[4:6]) == "{B" {
			m.done.Bars = unbrace(string(c[6:]))
		}
	case '(':
		if len(c) >= 8 && c[2] == 'k' && c[5] == '1' && c[6] == 'P' {
			m.stored = append([]byte(nil), c[8:]...)
		} else if len(c) >= 8 && c[2] == 'k' && c[5] == '1' && c[6] == 'Q' {
			m.done.QR = string(m.stored)
		}
	case 'h', 'w', 'H', '!':
	default:
		m.Skipped += uint64(len(c))
	}
	return Event{}, false
}

// unbrace takes the escapes out of set B.
func unbrace(text string) string {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] == '{' && i+1 < len(text) && text[i+1] == '{' {
			i++
		}
		out = append(out, text[i])
	}
	return string(out)
}
