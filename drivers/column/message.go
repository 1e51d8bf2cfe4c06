package column

import (
	"strconv"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// message is what a column says: something that a driver showed or pressed, or the answer to an order.
type message struct {
	shown  drivers.Shown
	answer bool
	order  int
	reason string // why the order can't be done; empty: it is done
}

// parseMessage understands a line of the column.
func parseMessage(line string) (message, bool) {
	fields, err := Decode(line)
	if err != nil || len(fields) < 2 {
		return message{}, false
	}
	verb, text := fields[0], fields[1]
	switch {
	case verb == "BUTTON" && text == "TICKET":
		return message{shown: drivers.Shown{Button: drivers.ButtonTicket}}, true
	case verb == "BUTTON" && text == "HELP":
		return message{shown: drivers.Shown{Button: drivers.ButtonHelp}}, true
	case verb == "SCAN" && credentials.Readable(text):
		return message{shown: credentials.Code(text)}, true
	case verb == "CARD" && credentials.Readable(text):
		return message{shown: credentials.CardShown(text)}, true
	}
	order, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return message{}, false
	case verb == "DONE":
		return message{answer: true, order: order}, true
	case verb == "FAIL" && len(fields) == 3 && fields[2] != "":
		return message{answer: true, order: order, reason: fields[2]}, true
	}
	return message{}, false
}

var colourText = []string{drivers.ColourGreen: "GREEN", drivers.ColourYellow: "YELLOW", drivers.ColourRed: "RED"}

// showFields is the order to show a face.
func showFields(order int, face drivers.Face) []string {
	lines := face.Lines
	switch {
	case len(lines) > 0:
	case face.Unknown:
		lines = []string{"--"}
	default:
		lines = []string{strconv.Itoa(face.Count)}
	}
	return append([]string{"SHOW", strconv.Itoa(order), colourText[min(face.Colour, drivers.ColourRed)]}, lines...)
}

// printFields is the order to print a slip.
func printFields(order int, slip drivers.Slip) []string {
	return append([]string{"PRINT", strconv.Itoa(order), slip.QR}, slip.Lines...)
}
