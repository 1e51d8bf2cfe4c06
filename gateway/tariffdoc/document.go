package tariffdoc

// document is a tariff as it is written, in TOML or JSON. The doc tags are the schema's descriptions; "required"
// and "enum" are for the schema as well, and the loader's own checks say the same in more words.
type document struct {
	ID          string   `toml:"id" json:"id" doc:"Name of the tariff within the chain, for machines"`
	Name        string   `toml:"name" json:"name" doc:"Name for people"`
	Version     string   `toml:"version" json:"version" doc:"Tickets keep the version they entered with" required:"1"`
	Currency    string   `toml:"currency" json:"currency" doc:"ISO 4217 code" required:"1"`
	Timezone    string   `toml:"timezone" json:"timezone" doc:"IANA name of the location's zone" required:"1"`
	Source      string   `toml:"source" json:"source" doc:"Where the prices were published"`
	Notes       string   `toml:"notes" json:"notes" doc:"For whoever reads the file"`
	ValidFrom   string   `toml:"valid_from" json:"valid_from" doc:"First day, 2026-01-31"`
	ValidUntil  string   `toml:"valid_until" json:"valid_until" doc:"Last day"`
	Holidays    string   `toml:"holidays" json:"holidays" doc:"Country, or country and region: DE-BW, GB, US; none: only extra_holidays"`
	CountAs     string   `toml:"holidays_count_as" json:"holidays_count_as" doc:"What else a holiday is: nothing, a Sunday, or the weekday it falls on" enum:"holiday,sunday,weekday"`
	Observed    string   `toml:"holidays_on" json:"holidays_on" doc:"The holiday itself, the day off that stands for it, or both (default)" enum:"both,actual,observed"`
	Extra       []string `toml:"extra_holidays" json:"extra_holidays" doc:"More days that are holidays"`
	NotHolidays []string `toml:"not_holidays" json:"not_holidays" doc:"Days that are none after all"`

	Days map[string]ownDays `toml:"days" json:"days" doc:"The operator's own kinds of days"`

	Limit       string `toml:"limit" json:"limit" doc:"Whether a stay of exactly one hour is still within up to one hour" enum:"inclusive,exclusive" required:"1"`
	Seconds     string `toml:"seconds" json:"seconds" doc:"What a started minute counts" enum:"exact,drop,up,clock" required:"1"`
	Boundary    string `toml:"boundary" json:"boundary" doc:"What a stay costs that touches several rules" enum:"split,entry,exit"`
	Gaps        string `toml:"gaps" json:"gaps" doc:"Hours without a rule: an error (default), or free" enum:"error,free"`
	Overlaps    string `toml:"overlaps" json:"overlaps" doc:"Hours with several rules: an error (default), or the first in the file counts" enum:"error,first"`
	Choice      string `toml:"choice" json:"choice" doc:"Between offers and rules: what costs least, or the first offer that applies" enum:"cheapest,first"`
	Which       string `toml:"discount_choice" json:"discount_choice" doc:"Of several discounts: those that may stand beside each other count together (default), or only the one by which the stay costs least" enum:"together,best"`
	Minimum     string `toml:"minimum" json:"minimum" doc:"A stay that costs anything costs at least this"`
	LongestStay string `toml:"longest_stay" json:"longest_stay" doc:"Longer stays are marked as overstay"`
	Overpay     string `toml:"overpay" json:"overpay" doc:"What is paid beyond the fee of its moment: pays for later time and is else given back (default), is kept and pays for nothing, or buys time" enum:"credit,kept,extends"`
	VersionAt   string `toml:"version_at" json:"version_at" doc:"Which version of the tariff prices a stay: that of its entry (default), or that of its exit" enum:"entry,exit"`
	SuspectMax  string `toml:"suspect_max" json:"suspect_max" doc:"Most that a stay with a missed read costs"`

	Grace      *graceTable      `toml:"grace" json:"grace" doc:"Free time at the ends of a stay"`
	Rules      []ruleTable      `toml:"rule" json:"rule" doc:"Prices of hours; an instant is priced by the first rule that applies"`
	Caps       []capTable       `toml:"cap" json:"cap" doc:"Maxima"`
	Offers     []offerTable     `toml:"offer" json:"offer" doc:"Flat rates, early birds, products"`
	Reentry    *reentryTable    `toml:"reentry" json:"reentry" doc:"Joins visits"`
	Lost       *lostTable       `toml:"lost" json:"lost" doc:"Lost ticket"`
	Extras     []extraTable     `toml:"extra" json:"extra" doc:"Fees beside the time"`
	Discounts  []discountTable  `toml:"discount" json:"discount" doc:"Validations and coupons, in the order in which they are taken off"`
	Taxes      []taxTable       `toml:"tax" json:"tax" doc:"Taxes"`
	Rounding   *roundingTable   `toml:"rounding" json:"rounding" doc:"Rounding; default: the total, half up, to a minor unit"`
	Tenders    []tenderTable    `toml:"tender" json:"tender" doc:"What is due, as it can be paid"`
	Surge      *surgeTable      `toml:"surge" json:"surge" doc:"Prices by the occupancy at entry"`
	Booking    *bookingTable    `toml:"booking" json:"booking" doc:"Reservations"`
	Charging   *chargingTable   `toml:"charging" json:"charging" doc:"Energy and time at chargers"`
	Late       []lateTable      `toml:"late_fee" json:"late_fee" doc:"What an unpaid fee comes to"`
	Violations []violationTable `toml:"violation" json:"violation" doc:"Fixed prices of violations"`
	Demand     *demandTable     `toml:"demand" json:"demand" doc:"How the price of an hour follows the occupancy from month to month"`
}

type ownDays struct {
	Dates []string `toml:"dates" json:"dates" doc:"2026-07-04, or 2026-07-04..2026-07-10"`
	Also  *bool    `toml:"also_weekday" json:"also_weekday" doc:"Whether the day stays the weekday or holiday that it is besides"`
}

// when is a set of hours of days.
type when struct {
	Days       any    `toml:"days" json:"days" doc:"mon, mon-fri, sat, weekend, holiday, holiday-eve, holiday-after, or names of [days]; default: every day"`
	ExceptDays any    `toml:"except_days" json:"except_days" doc:"Not on these"`
	Hours      any    `toml:"hours" json:"hours" doc:"07:00-17:00, 22:00-06:00, or fri 18:00 - mon 06:00; default: all day"`
	NightOf    string `toml:"night_of" json:"night_of" doc:"Which days a night over midnight belongs to: the day on which it starts, or each day its own hours" enum:"start,each"`
	Season     string `toml:"season" json:"season" doc:"Each year from month-day to month-day: 05-01..09-30"`
	ValidFrom  string `toml:"valid_from" json:"valid_from" doc:"First day"`
	ValidUntil string `toml:"valid_until" json:"valid_until" doc:"Last day"`
}

// who is a set of drivers.
type who struct {
	Spots    any `toml:"spots" json:"spots" doc:"compact, regular, large, ev, handicapped; default: all"`
	Vehicles any `toml:"vehicles" json:"vehicles" doc:"The operator's words, such as car, motorcycle; default: all"`
	Groups   any `toml:"groups" json:"groups" doc:"User groups, such as resident; default: everybody"`
	Products any `toml:"products" json:"products" doc:"Only if the driver chose one of these"`
}

type graceTable struct {
	Entry     string      `toml:"entry" json:"entry" doc:"Free time after entry, such as 10 min"`
	Kind      string      `toml:"kind" json:"kind" doc:"turnaround: a longer stay is paid from entry; continuous: taken off every stay" enum:"turnaround,continuous"`
	Limit     string      `toml:"limit" json:"limit" doc:"Whether a stay of exactly that long is free; default: the tariff's limit" enum:"inclusive,exclusive"`
	Exit      string      `toml:"exit" json:"exit" doc:"Time to leave after paying"`
	Late      string      `toml:"late" json:"late" doc:"Who leaves later than exit after paying: pays the difference to the price of the whole stay (default); a new stay from then; late_step from then" enum:"whole,fresh,rate"`
	LateSteps []stepTable `toml:"late_step" json:"late_step" doc:"Prices of the time beyond the time to leave"`
	Over      string      `toml:"overstay" json:"overstay" doc:"Time beyond longest_stay that is no overstay yet"`
}

type stepTable struct {
	UpTo  string `toml:"up_to" json:"up_to" doc:"Where the step ends, counted from the anchor; the last one may go on for ever"`
	Total string `toml:"total" json:"total" doc:"What a stay that ends in this step costs in all: the row of a price table"`
	Flat  string `toml:"flat" json:"flat" doc:"What beginning this step adds"`
	Free  bool   `toml:"free" json:"free" doc:"The step adds nothing"`
	Price string `toml:"price" json:"price" doc:"Of each unit that the step adds, with up to three digits more than the currency has"`
	Per   string `toml:"per" json:"per" doc:"The unit, such as 30 min"`
	Count string `toml:"count" json:"count" doc:"What of a unit is paid" enum:"started,prorated,completed"`
	Limit string `toml:"limit" json:"limit" doc:"Default: the tariff's" enum:"inclusive,exclusive"`
}

// prices are the ways to write what time costs.
type prices struct {
	Free  bool        `toml:"free" json:"free" doc:"Costs nothing"`
	Flat  string      `toml:"flat" json:"flat" doc:"One price, however long"`
	Price string      `toml:"price" json:"price" doc:"Of each unit, with up to three digits more than the currency has"`
	Per   string      `toml:"per" json:"per" doc:"The unit, such as 30 min"`
	Count string      `toml:"count" json:"count" doc:"What of a unit is paid" enum:"started,prorated,completed"`
	Limit string      `toml:"limit" json:"limit" doc:"Default: the tariff's" enum:"inclusive,exclusive"`
	Steps []stepTable `toml:"step" json:"step" doc:"Several prices one after the other, or the rows of a price table"`
}

type ruleTable struct {
	Name string `toml:"name" json:"name" doc:"Printed on the receipt; its own in the file" required:"1"`
	when
	who
	prices
	Anchor    string `toml:"anchor" json:"anchor" doc:"From where units and steps count" enum:"entry,band,day,clock,paid"`
	DayStarts string `toml:"day_starts" json:"day_starts" doc:"For anchor day: when a day begins; default 00:00. With anchor paid: paid time counts anew each day at this time"`
	Restart   string `toml:"restart" json:"restart" doc:"The steps start anew after this long, such as 24 h"`
	Roll      string `toml:"restart_counts" json:"restart_counts" doc:"How restart is counted when the clocks change: elapsed (default) or civil" enum:"elapsed,civil"`
	Beyond    string `toml:"beyond" json:"beyond" doc:"What time beyond the last step costs, if that one ends: nothing" enum:"free"`
	Taxes     any    `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
	NoSurge   bool   `toml:"no_surge" json:"no_surge" doc:"Surge leaves it alone"`
}

type amountTable struct {
	when
	Amount  string `toml:"amount" json:"amount" doc:"The maximum" required:"1"`
	Rule    string `toml:"rule" json:"rule" doc:"Only if this rule is in force"`
	Windows string `toml:"windows" json:"windows" doc:"Only for these of the stay's windows: 1, 2.., or 2..3"`
}

type capTable struct {
	Name string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	when
	who
	Amount    string        `toml:"amount" json:"amount" doc:"The maximum"`
	Amounts   []amountTable `toml:"amounts" json:"amounts" doc:"Maxima that differ by the day; the first that fits counts"`
	Per       string        `toml:"per" json:"per" doc:"day, window (the hours of this cap), visit, or a period from entry such as 24 h" required:"1"`
	DayStarts string        `toml:"day_starts" json:"day_starts" doc:"For per day: when a day begins; default 00:00"`
	Counts    string        `toml:"counts" json:"counts" doc:"How a period is counted when the clocks change" enum:"elapsed,civil"`
	Repeats   *bool         `toml:"repeats" json:"repeats" doc:"Whether each further window is capped, or only the first"`
	Begins    string        `toml:"begins" json:"begins" doc:"Where a period begins: at entry (default), or when one of rules first applies" enum:"entry,rule"`
	Decided   string        `toml:"decided" json:"decided" doc:"Which of amounts counts: the one at the window's start (default), or the first that fits within it" enum:"start,first"`
	Rules     any           `toml:"rules" json:"rules" doc:"Names of the rules whose prices count; default: all"`
	Entry     any           `toml:"entry" json:"entry" doc:"Only of stays that begin then"`
}

type offerTable struct {
	Name string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	who
	prices
	Entry   any    `toml:"entry" json:"entry" doc:"When one must enter: a table with days, hours, season and so on, or a list of them"`
	Exit    any    `toml:"exit" json:"exit" doc:"When one must leave"`
	MinStay string `toml:"min_stay" json:"min_stay" doc:"Least stay"`
	MaxStay string `toml:"max_stay" json:"max_stay" doc:"Longest stay"`
	Covers  string `toml:"covers" json:"covers" doc:"stay, entry-window, a period such as 24 h, or until 06:00" required:"1"`
	Counts  string `toml:"counts" json:"counts" doc:"How a period is counted when the clocks change" enum:"elapsed,civil"`
	Repeats bool   `toml:"repeats" json:"repeats" doc:"Sold again for what remains while its entry condition holds; else the rules price what remains"`
	TimeOff bool   `toml:"time_off" json:"time_off" doc:"Time discounts shorten it as well"`
	Taxes   any    `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
	NoSurge bool   `toml:"no_surge" json:"no_surge" doc:"Surge leaves it alone"`
}

type reentryTable struct {
	Within  string `toml:"within" json:"within" doc:"Between exit and entry"`
	SameDay bool   `toml:"same_day" json:"same_day" doc:"Visits of one civil day are joined, however long between"`
	Gap     string `toml:"gap" json:"gap" doc:"Whether the time outside is priced as well" enum:"counts,free" required:"1"`
}

type lostTable struct {
	Price  string      `toml:"price" json:"price" doc:"See kind" required:"1"`
	Kind   string      `toml:"kind" json:"kind" doc:"The price; the price for each started 24 h; the stay but at least the price; both; the stay if its entry is known; a stay since the last opening, but at least the price" enum:"fixed,per-day,at-least,on-top,as-stay,since" required:"1"`
	Since  string      `toml:"since" json:"since" doc:"For kind since: when the place opened, such as 06:00"`
	Prices []lostPrice `toml:"prices" json:"prices" doc:"In place of price, for some drivers: the first that fits counts"`
	Taxes  any         `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
}

type lostPrice struct {
	who
	Price string `toml:"price" json:"price" doc:"See kind" required:"1"`
}

type extraTable struct {
	Name string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	who
	Amount  string `toml:"amount" json:"amount" doc:"A fixed amount"`
	Percent string `toml:"percent" json:"percent" doc:"Of what the stay costs"`
	Always  bool   `toml:"always" json:"always" doc:"Also if the stay is free"`
	Tender  string `toml:"tender" json:"tender" doc:"Only if paid so"`
	Entry   any    `toml:"entry" json:"entry" doc:"Only if entered so"`
	Exit    any    `toml:"exit" json:"exit" doc:"Only if left so"`
	During  any    `toml:"during" json:"during" doc:"Once for each of these stretches that the stay touches, such as each night"`
	Taxes   any    `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
}

type discountTable struct {
	Code      string `toml:"code" json:"code" doc:"What the driver shows" required:"1"`
	Name      string `toml:"name" json:"name" doc:"For people"`
	Automatic bool   `toml:"automatic" json:"automatic" doc:"Nobody needs to show it: all for whom it is have it"`
	who
	Time       string `toml:"time" json:"time" doc:"Time taken off, such as 2 h"`
	Percent    string `toml:"percent" json:"percent" doc:"Percent taken off what is left"`
	Money      string `toml:"money" json:"money" doc:"Money taken off what is left"`
	Price      string `toml:"price" json:"price" doc:"The stay costs this, if it would cost more"`
	From       string `toml:"from" json:"from" doc:"From where time is taken: the stay begins later, it ends earlier, or what that much of its beginning costs comes off its price" enum:"start,end,price"`
	Payer      string `toml:"payer" json:"payer" doc:"Who pays for it"`
	Burns      bool   `toml:"burns" json:"burns" doc:"It can be used once"`
	Stacks     bool   `toml:"stacks" json:"stacks" doc:"It may stand beside others that stack"`
	Times      int64  `toml:"times" json:"times" doc:"How often it may be shown for one stay, as stamps are: 1 to 8; default: once"`
	ValidFrom  string `toml:"valid_from" json:"valid_from" doc:"First day of entry"`
	ValidUntil string `toml:"valid_until" json:"valid_until" doc:"Last day of entry"`
	Entry      any    `toml:"entry" json:"entry" doc:"Only of stays that begin then"`
	Max        string `toml:"max" json:"max" doc:"Most that it takes off"`
	Min        string `toml:"min" json:"min" doc:"Only if the stay costs as much"`
}

type taxTable struct {
	Name     string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	Percent  string `toml:"percent" json:"percent" doc:"With at most four digits after the point" required:"1"`
	On       string `toml:"on" json:"on" doc:"What it is a percentage of: the price without any tax (default), or that with the taxes before it in the file" enum:"price,price-and-taxes"`
	Included *bool  `toml:"included" json:"included" doc:"Prices contain it; else it comes on top" required:"1"`
}

type roundingTable struct {
	Of      string `toml:"of" json:"of" doc:"Each line, or the total" enum:"line,total"`
	Mode    string `toml:"mode" json:"mode" doc:"Direction" enum:"half-up,half-even,up,down"`
	Step    string `toml:"step" json:"step" doc:"To a multiple of this amount; default: a minor unit"`
	TaxOf   string `toml:"tax_of" json:"tax_of" doc:"The taxes of each line, each tax of the whole, or their sum (default)" enum:"line,tax,total"`
	TaxMode string `toml:"tax_mode" json:"tax_mode" doc:"Direction" enum:"half-up,half-even,up,down"`
}

type tenderTable struct {
	Name string `toml:"name" json:"name" doc:"Such as cash" required:"1"`
	Step string `toml:"step" json:"step" doc:"The least coin, such as 0.05" required:"1"`
	Max  string `toml:"max" json:"max" doc:"Most that can be paid so at once; more at a cashier"`
	Mode string `toml:"mode" json:"mode" doc:"Direction" enum:"half-up,half-even,up,down" required:"1"`
}

type surgeTable struct {
	Caps  string      `toml:"caps" json:"caps" doc:"Whether maxima rise with the prices" enum:"rise,hold" required:"1"`
	Steps []surgeStep `toml:"step" json:"step" doc:"By occupancy, ascending" required:"1"`
}

type surgeStep struct {
	Occupancy  string `toml:"occupancy" json:"occupancy" doc:"Percent of spots taken at entry, from which it holds" required:"1"`
	Multiplier string `toml:"multiplier" json:"multiplier" doc:"Of prices, with at most three digits after the point" required:"1"`
}

type bookingTable struct {
	Amount        string      `toml:"amount" json:"amount" doc:"Of a reservation, beside its time"`
	Steps         []stepTable `toml:"step" json:"step" doc:"Prices of the reserved time; none: the rules price it"`
	Overstay      string      `toml:"overstay" json:"overstay" doc:"Beyond the booked end: a new stay by the rules; the whole stay by the rules, less what was booked; overstay_step" enum:"fresh,whole,rate"`
	OverstaySteps []stepTable `toml:"overstay_step" json:"overstay_step" doc:"Prices from the booked end"`
	Early         string      `toml:"early" json:"early" doc:"Free time before"`
	Late          string      `toml:"late" json:"late" doc:"Free time after"`
	NoShow        string      `toml:"no_show" json:"no_show" doc:"Of a reservation that was not used"`
	Taxes         any         `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
}

type chargingTable struct {
	Prices      []chargePrice `toml:"price" json:"price" doc:"Of the prices of one dimension the first that applies counts"`
	Steps       string        `toml:"steps" json:"steps" doc:"Whether each time dimension is rounded up to its step, or only the last one of the session" enum:"each,last"`
	IdleGrace   string        `toml:"idle_grace" json:"idle_grace" doc:"Free time after the end of charging"`
	GraceKind   string        `toml:"idle_grace_kind" json:"idle_grace_kind" doc:"turnaround: longer idle time counts from the end of charging; continuous: from the end of the grace" enum:"turnaround,continuous"`
	Min         string        `toml:"min" json:"min" doc:"Least of a session"`
	Max         string        `toml:"max" json:"max" doc:"Most of a session"`
	WithParking bool          `toml:"with_parking" json:"with_parking" doc:"The rules price the stay besides"`
}

type chargePrice struct {
	Name string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	who
	when
	Of    string `toml:"of" json:"of" doc:"What it counts" enum:"session,energy,charging,idle,reserved,no-show,connected" required:"1"`
	Price string `toml:"price" json:"price" doc:"Per kWh, hour or session, with up to three digits more than the currency has" required:"1"`
	Step  string `toml:"step" json:"step" doc:"Billed in steps: 15 min, or 100 Wh"`
	MinA  string `toml:"min_current" json:"min_current" doc:"From this current in ampere"`
	MaxA  string `toml:"max_current" json:"max_current" doc:"Below this current in ampere"`
	After string `toml:"after" json:"after" doc:"From this duration of the session"`
	Until string `toml:"until" json:"until" doc:"To this duration of the session"`
	Max   string `toml:"max" json:"max" doc:"Most that it comes to in a session"`
	Taxes any    `toml:"taxes" json:"taxes" doc:"Names of the taxes on it; default: all"`
}

type lateTable struct {
	Name      string `toml:"name" json:"name" doc:"Printed on the receipt" required:"1"`
	AfterDays int64  `toml:"after_days" json:"after_days" doc:"Unpaid for more than so many calendar days" required:"1"`
	Percent   string `toml:"percent" json:"percent" doc:"Of the fee"`
	Amount    string `toml:"amount" json:"amount" doc:"A fixed amount"`
}

type violationTable struct {
	Code    string `toml:"code" json:"code" doc:"Such as no-ticket" required:"1"`
	Name    string `toml:"name" json:"name" doc:"For people"`
	Amount  string `toml:"amount" json:"amount" doc:"What it costs" required:"1"`
	Instead *bool  `toml:"instead" json:"instead" doc:"Instead of the fee, or beside it" required:"1"`
	Reduced string `toml:"reduced" json:"reduced" doc:"If it is paid within this time of being written"`
	Within  string `toml:"within" json:"within" doc:"See reduced"`
}

type demandTable struct {
	Steps     []demandStep   `toml:"step" json:"step" doc:"By occupancy, ascending" required:"1"`
	Bounds    []demandBounds `toml:"bounds" json:"bounds" doc:"Least and most price, by date" required:"1"`
	EveryDays int64          `toml:"every_days" json:"every_days" doc:"At most one change in so many days"`
}

type demandStep struct {
	Occupancy string `toml:"occupancy" json:"occupancy" doc:"Percent from which it holds" required:"1"`
	Change    string `toml:"change" json:"change" doc:"Of the price of an hour; may be negative" required:"1"`
}

type demandBounds struct {
	From string `toml:"valid_from" json:"valid_from" doc:"First day; the first may be left out"`
	Min  string `toml:"min" json:"min" doc:"Least price" required:"1"`
	Max  string `toml:"max" json:"max" doc:"Most" required:"1"`
}
