package rest

// hasCardNumber reports whether a text holds what can be the number of a payment card, which is then refused whole, and
// neither kept nor logged: 13 to 19 digits that begin as those of the card schemes do (2 to 6) and have a right
// check digit, in one piece or in a card's groups. Digits within a word of letters are an identifier's, unless
// the letters are those round the number on a magnetic stripe.
func hasCardNumber(text string) bool {
	for at := 0; at < len(text); at++ {
		if !isDigit(text[at]) {
			continue
		}
		run := digitsFrom(text[at:])
		if run.isCard() && !(at > 0 && isLetter(text[at-1]) && text[at-1] != 'B') && !run.isWord {
			return true
		}
		at += run.length - 1
	}
	return false
}

// digitRun is digits in a row, with single blanks or dashes between them.
type digitRun struct {
	digits []byte
	groups []int // how many digits each piece has
	length int   // in the text
	isWord bool  // a letter follows that no magnetic stripe has there
}

func digitsFrom(text string) digitRun {
	run := digitRun{groups: []int{0}}
	for i := 0; i < len(text); i++ {
		c := text[i]
		separates := (c == ' ' || c == '-') && i+1 < len(text) && isDigit(text[i+1])
		switch {
		case isDigit(c):
			run.digits = append(run.digits, c-'0')
			run.groups[len(run.groups)-1]++
		case separates:
			run.groups = append(run.groups, 0)
		default:
			run.isWord = isLetter(c) && c != 'D'
			run.length = i
			return run
		}
	}
	run.length = len(text)
	return run
}

func (r *digitRun) isCard() bool {
	n := len(r.digits)
	return n >= 13 && n <= 19 && r.digits[0] >= 2 && r.digits[0] <= 6 && r.isGrouped() && luhn(r.digits)
}

// isGrouped reports whether the digits are in one piece, in fours, or as 4-6-5 and 4-6-4.
func (r *digitRun) isGrouped() bool {
	last := len(r.groups) - 1
	if last == 2 && r.groups[0] == 4 && r.groups[1] == 6 {
		return true
	}
	for _, size := range r.groups[:last] {
		if size != 4 {
			return false
		}
	}
	return last == 0 || r.groups[last] <= 4
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// luhn reports whether the last digit checks the others (ISO/IEC 7812-1).
func luhn(digits []byte) bool {
	sum := 0
	for i, digit := range digits {
		d := int(digit)
		if (len(digits)-i)%2 == 0 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
