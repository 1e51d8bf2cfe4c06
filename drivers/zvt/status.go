package zvt

import (
	"errors"
	"fmt"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// ErrStatus is a status that can't be understood.
var ErrStatus = errors.New("zvt: a status that can't be understood: look at the terminal's paper, and whether its software is of the ZVT that it says")

// Status is what a status information tells of a payment. Card numbers are not kept.
type Status struct {
	Result      byte // 0: approved
	AmountMinor int64
	Currency    int // ISO 4217 number; 0: it does not say
	Receipt     int
	Trace       int
	CardType    byte
}

// The fields of data (BMPs) that are read; fieldBytes knows how long the others are.
const (
	fieldService  = 0x03
	fieldAmount   = 0x04
	fieldTLV      = 0x06
	fieldTrace    = 0x0B
	fieldResult   = 0x27
	fieldCurrency = 0x49
	fieldReceipt  = 0x87
	fieldCardType = 0x8A
)

// Lengths that stand in the field itself.
const (
	digits2 = -2 // Fx Fy
	digits3 = -3 // Fx Fy Fz
	berTLV  = -1
)

// fieldBytes are the fields' lengths (PA00P015, chapter 9).
var fieldBytes = map[byte]int{
	0x01: 1, 0x02: 1, fieldService: 1, fieldAmount: 6, 0x05: 1, fieldTLV: berTLV, fieldTrace: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2, 0x19: 1,
	0x22: digits2, 0x23: digits2, 0x24: digits3, fieldResult: 1, 0x29: 4, 0x2A: 15, 0x2D: digits2, 0x2E: digits3, 0x37: 3, 0x3A: 2, 0x3B: 8,
	0x3C: digits3, 0x3D: 3, fieldCurrency: 2, 0x60: digits3, fieldReceipt: 2, 0x88: 3, fieldCardType: 1, 0x8B: digits2, 0x8C: 1, 0x92: digits3,
	0x9A: digits3, 0xA0: 1, 0xA7: digits2, 0xA8: digits2, 0xA9: digits2, 0xAA: 3, 0xAF: digits3, 0xBA: 5, 0xD0: 1, 0xD1: digits2, 0xD2: 1,
	0xD3: 1, 0xE0: 1, 0xE1: digits2, 0xE2: digits2, 0xE3: digits2, 0xE4: digits2, 0xE5: digits2, 0xE6: digits2, 0xE7: digits2, 0xE8: digits2,
	0xE9: 1, 0xEA: digits2, 0xEB: 8, 0xF0: 1, 0xF1: digits2, 0xF2: digits2, 0xF3: digits2, 0xF4: digits2, 0xF5: digits2, 0xF6: digits2,
	0xF7: digits2, 0xF8: digits2, 0xF9: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1,
}

// nextField takes the first field off data.
func nextField(data []byte) (id byte, value, rest []byte, err error) {
	id, data = data[0], data[1:]
	length, known := fieldBytes[id]
	if !known {
		return id, nil, nil, fmt.Errorf("%w: field %02X is unknown", ErrStatus, id)
	}
	switch length {
	case digits2, digits3:
		length, data, err = countedBytes(data, -length)
	case berTLV:
		length, data, err = berLength(data)
	}
	if err != nil || length > len(data) {
		return id, nil, nil, fmt.Errorf("%w: field %02X ends too early", ErrStatus, id)
	}
	return id, data[:length], data[length:], nil
}

// countedBytes reads a length of so many digits, each in a byte Fx.
func countedBytes(data []byte, digits int) (length int, rest []byte, err error) {
	if len(data) < digits {
		return 0, nil, ErrStatus
	}
	for _, b := range data[:digits] {
		if b&15 > 9 || b>>4 != 15 {
			return 0, nil, ErrStatus
		}
		length = length*10 + int(b&15)
	}
	return length, data[digits:], nil
}

// berLength reads a length as BER has it, of up to two bytes.
func berLength(data []byte) (length int, rest []byte, err error) {
	switch {
	case len(data) >= 1 && data[0] < 0x80:
		return int(data[0]), data[1:], nil
	case len(data) >= 2 && data[0] == 0x81:
		return int(data[1]), data[2:], nil
	case len(data) >= 3 && data[0] == 0x82:
		return int(data[1])<<8 | int(data[2]), data[3:], nil
	}
	return 0, nil, ErrStatus
}

// ParseStatus reads a status information. A field that is unknown ends what can be read; if the result is not before it, that
// is an error.
func ParseStatus(data []byte) (s Status, err error) {
	hasResult := false
	for len(data) > 0 {
		id, value, rest, err := nextField(data)
		if err != nil && hasResult && s.Receipt > 0 {
			return s, nil
		}
		if err != nil {
			return Status{}, err
		}
		data = rest
		number, ok := fromBCD(value)
		switch id {
		case fieldResult:
			s.Result, hasResult = value[0], true
			continue
		case fieldCardType:
			s.CardType = value[0]
			continue
		case fieldAmount:
			s.AmountMinor = number
		case fieldCurrency:
			s.Currency = int(number)
		case fieldReceipt:
			s.Receipt = int(number)
		case fieldTrace:
			s.Trace = int(number)
		default:
			continue
		}
		if !ok {
			return Status{}, fmt.Errorf("%w: field %02X holds no digits", ErrStatus, id)
		}
	}
	if !hasResult {
		return Status{}, fmt.Errorf("%w: it has no result", ErrStatus)
	}
	return s, nil
}

// AppendTo appends the fields of a status.
func (s Status) AppendTo(out []byte) []byte {
	out = append(out, fieldResult, s.Result, fieldAmount)
	out = append(append(out, bcd(s.AmountMinor, 6)...), fieldCurrency)
	out = append(append(out, bcd(int64(s.Currency), 2)...), fieldReceipt)
	out = append(append(out, bcd(int64(s.Receipt), 2)...), fieldTrace)
	return append(append(out, bcd(int64(s.Trace), 3)...), fieldCardType, s.CardType)
}

// repeats reports whether it is the status of an earlier receipt. Some terminals number receipts anew after an end of day, which
// they may do by themselves, and some leave the trace number out of a copy.
func (s Status) repeats(earlier Status) bool {
	return s.Receipt == earlier.Receipt && (s.Trace == earlier.Trace || s.Trace == 0 || earlier.Trace == 0)
}

// Reference is how a payment is found again at the terminal.
func (s Status) Reference() string { return fmt.Sprintf("%04d-%06d", s.Receipt, s.Trace) }

// answer is what a status means.
func (s Status) answer() drivers.PaymentAnswer {
	if s.Result != 0 {
		return drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined}
	}
	method := fact.MethodCreditCard
	switch s.CardType {
	case 79, 89, 97, 107: // Yapital, PAYBACK PAY, Alipay
		method = fact.MethodMobilePay
	}
	return drivers.PaymentAnswer{Outcome: drivers.PaymentApproved, Reference: s.Reference(), Method: method}
}

// currencyNumbers are the ISO 4217 numbers of the currencies that terminals with ZVT take.
var currencyNumbers = map[fact.Currency]int{
	"EUR": 978, "CHF": 756, "GBP": 826, "CZK": 203, "DKK": 208, "HUF": 348, "NOK": 578, "PLN": 985, "RON": 946, "SEK": 752, "USD": 840,
}
