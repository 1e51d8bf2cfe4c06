package rest

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Decimal is a number in a request, as a JSON number or string. It is kept as its literal text and never passes through a
// float.
type Decimal string

// UnmarshalJSON keeps the literal text of a number, or the content of a string.
func (d *Decimal) UnmarshalJSON(literal []byte) error {
	text := string(literal)
	if literal[0] == '"' && json.Unmarshal(literal, &text) != nil {
		return errors.New("rest: write a number as a number or a string, for example 7.5")
	}
	*d = Decimal(text)
	return nil
}

// Schema says so in OpenAPI.
func (Decimal) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		OneOf:    []*huma.Schema{{Type: huma.TypeNumber}, {Type: huma.TypeString, MinLength: new(1), MaxLength: new(24)}},
		Examples: []any{12.5},
	}
}

// Thousandths is the number in thousandths, a half rounded up; an empty one is 0.
func (d Decimal) Thousandths(field string) (int64, error) {
	if d == "" {
		return 0, nil
	}
	number, ok := new(big.Rat).SetString(string(d))
	if !ok || len(d) > 24 || strings.ContainsAny(string(d), "/eExXpP_") || number.Sign() < 0 {
		return 0, Invalid(field, "write a number of 0 or more, for example 7.5")
	}
	number.Add(number.Mul(number, big.NewRat(1000, 1)), big.NewRat(1, 2))
	whole := new(big.Int).Quo(number.Num(), number.Denom())
	if !whole.IsInt64() {
		return 0, Invalid(field, "the number is too large")
	}
	return whole.Int64(), nil
}
