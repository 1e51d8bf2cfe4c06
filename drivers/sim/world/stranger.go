package world

import "gatehouse/sync/fact"

// share is how many of a hundred.
type share struct {
	percent int64
	kind    Kind
	wants   fact.SpotType
}

// traffic is a plausible mix of vehicles.
var traffic = []share{
	{56, Sedan, fact.Regular},
	{18, SmallCar, fact.Compact},
	{9, Van, fact.Large},
	{7, Sedan, fact.EV},
	{5, Motorcycle, fact.Compact},
	{3, Sedan, fact.Handicapped},
	{1, Truck, fact.Large},
	{1, WithTrailer, fact.Large},
}

// Stranger makes up the index-th vehicle of a seed: its plate, kind and the spot type that it wants.
func Stranger(seed uint64, index int) CarPlan {
	d := diceOf(seed, strangerDice, index)
	made := CarPlan{Plate: madePlate(&d)}
	roll := d.below(100)
	for _, s := range traffic {
		if roll < s.percent {
			made.Kind, made.Wants = s.kind, s.wants
			break
		}
		roll -= s.percent
	}
	return made
}

// plateForms are shapes of plates: p a province, a a letter, 9 a digit, x either; anything else is itself.
var plateForms = []string{"paxxxxx", "pa99999", "pa99x99", "paDxxxxx", "a-aa 9999", "aa-999-aa", "aa99 aaa", "99-aaa-9", "9aaa999"}

func madePlate(d *dice) string {
	const letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"
	provinces := []rune("京沪粤苏浙川鄂湘鲁豫")
	var plate []rune
	for _, place := range plateForms[d.below(int64(len(plateForms)))] {
		switch place {
		case 'p':
			place = provinces[d.below(int64(len(provinces)))]
		case 'a':
			place = rune(letters[d.below(int64(len(letters)))])
		case '9':
			place = rune(digits[d.below(int64(len(digits)))])
		case 'x':
			place = rune((letters + digits)[d.below(int64(len(letters)+len(digits)))])
		}
		plate = append(plate, place)
	}
	return string(plate)
}
