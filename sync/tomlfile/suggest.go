package tomlfile

import (
	"fmt"
	"strings"
)

// listedMax bounds the names that Advice lists.
const listedMax = 12

// Advice tells whoever wrote an unknown word what to write: the known word it was probably meant to be, or which
// words there are.
func Advice(word string, known []string) string {
	if suggestion := Suggest(word, known); suggestion != "" {
		return fmt.Sprintf("did you mean %s?", suggestion)
	}
	switch {
	case len(known) == 0:
		return "nothing can stand here"
	case len(known) == 1:
		return fmt.Sprintf("only %s can stand here", known[0])
	case len(known) > listedMax:
		return fmt.Sprintf("%s and %d more can stand here", strings.Join(known[:listedMax], ", "), len(known)-listedMax)
	}
	return fmt.Sprintf("%s can stand here", strings.Join(known, ", "))
}

// Suggest is the known word nearest to the given one, upper and lower case alike, or "" if none is near: at most
// every third letter may differ, and at least one must agree. Of equally near words the first one wins.
func Suggest(word string, known []string) string {
	wanted := []rune(strings.ToLower(word))
	nearest, least := "", min(max(1, len(wanted)/3), len(wanted)-1)+1
	for _, candidate := range known {
		letters := []rune(strings.ToLower(candidate))
		if abs(len(letters)-len(wanted)) >= least {
			continue
		}
		if d := distance(wanted, letters); d < least {
			nearest, least = candidate, d
		}
	}
	return nearest
}

// distance counts the letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
func distance(a, b []rune) int {
	var before, above, row []int // rows i-2, i-1 and i of the table
	row = make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := above[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func abs(n int) int { return max(n, -n) }
