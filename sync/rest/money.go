package rest

import (
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/sync/fact"
)

// Amount is an amount of money in an answer: in JSON a number with exactly the digits of its currency, 12.40.
type Amount string

// AmountOf is an amount of minor units of a currency.
func AmountOf(minor int64, currency fact.Currency) Amount {
	return Amount(fact.Money{Minor: minor, Currency: currency}.Decimal())
}

// MarshalJSON writes the digits as a number.
func (a Amount) MarshalJSON() ([]byte, error) {
	if a == "" {
		return []byte("0"), nil
	}
	return []byte(a), nil
}

// UnmarshalJSON keeps the digits as they are.
func (a *Amount) UnmarshalJSON(text []byte) error {
	*a = Amount(text)
	return nil
}

// Schema says so in OpenAPI.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Examples: []any{12.5}}
}

// GivenAmount is an amount of money in a request, as a JSON number or string. It is kept as its literal text and
// never passes through a float.
type GivenAmount string

var errAmount = errors.New("rest: write an amount as a number or a string, for example 12.50")

// Minor is the exact amount in minor units of the currency. More digits than the currency has are an error.
func (a GivenAmount) Minor(currency fact.Currency) (int64, error) {
	money, err := fact.ParseMoney(string(a), currency)
	return money.Minor, err
}

// UnmarshalJSON keeps the literal text of a number, or the content of a string.
func (a *GivenAmount) UnmarshalJSON(literal []byte) error {
	text := string(literal)
	if literal[0] == '"' && json.Unmarshal(literal, &text) != nil || text == "" {
		return errAmount
	}
	*a = GivenAmount(text)
	return nil
}

// Schema says so in OpenAPI.
func (GivenAmount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		OneOf:    []*huma.Schema{{Type: huma.TypeNumber}, {Type: huma.TypeString, MinLength: new(1), MaxLength: new(24)}},
		Examples: []any{12.5},
	}
}
