package tariff

import "slices"

// matches reports whether something is for a stay.
func (w *Who) matches(s *Stay) bool {
	if w.Spots != 0 && w.Spots&(1<<s.SpotType) == 0 {
		return false
	}
	if len(w.Vehicles) > 0 && !slices.Contains(w.Vehicles, s.Vehicle) {
		return false
	}
	if len(w.Products) > 0 && !slices.Contains(w.Products, s.Product) {
		return false
	}
	return len(w.Groups) == 0 || slices.ContainsFunc(s.Groups, func(g string) bool { return slices.Contains(w.Groups, g) })
}

func (w *Who) same(other *Who) bool {
	return w.Spots == other.Spots && slices.Equal(w.Vehicles, other.Vehicles) && slices.Equal(w.Groups, other.Groups) &&
		slices.Equal(w.Products, other.Products)
}

// Matches reports whether a discount is for a stay, whenever it begins.
func (d *Discount) Matches(s Stay) bool { return d.For.matches(&s) }

// Words are the words of one kind that the parts of a tariff ask for, in order: vehicles, groups or products.
func (t *Tariff) Words(of func(*Who) []string) []string {
	words := []string{}
	for i := range t.Rules {
		words = append(words, of(&t.Rules[i].For)...)
	}
	for i := range t.Offers {
		words = append(words, of(&t.Offers[i].For)...)
	}
	for i := range t.Caps {
		words = append(words, of(&t.Caps[i].For)...)
	}
	for i := range t.Extras {
		words = append(words, of(&t.Extras[i].For)...)
	}
	for i := range t.Discounts {
		words = append(words, of(&t.Discounts[i].For)...)
	}
	for i := range t.Lost.Prices {
		words = append(words, of(&t.Lost.Prices[i].For)...)
	}
	for i := range t.Charging.Prices {
		words = append(words, of(&t.Charging.Prices[i].For)...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}
