package apds

import "encoding/json"

// RateTable is APDS 4's, as far as a tariff needs it.
type RateTable struct {
	ID           string       `json:"id"`
	Version      int          `json:"version"`
	Name         []Text       `json:"rateTableName"`
	ValidFrom    string       `json:"validityStart"`
	ValidUntil   string       `json:"validityEnd,omitempty"`
	ActiveTimes  []string     `json:"activeTimes"`
	Availability string       `json:"availability"`
	RateType     string       `json:"rateType,omitempty"`
	Validation   bool         `json:"validation"`
	Collections  []Collection `json:"rateLineCollections"`
	Answers      *Answers     `json:"gatehouse,omitempty"`
}

// Text is a text in a language.
type Text struct {
	Language string `json:"language"`
	Text     string `json:"string"`
}

// Collection is a RateLineCollection.
type Collection struct {
	Currency     string      `json:"applicableCurrency"`
	Sequence     int         `json:"collectionSequence"`
	MinTime      string      `json:"minTime"`
	MaxTime      string      `json:"maxTime"`
	Relative     bool        `json:"relativeTimes"`
	ResetTime    string      `json:"resetTime"`
	TaxIncluded  bool        `json:"taxIncluded"`
	TaxRate      json.Number `json:"taxRate,omitempty"`
	TaxValue     json.Number `json:"taxValue,omitempty"`
	MinValue     json.Number `json:"minValueCollection,omitempty"`
	MaxValue     json.Number `json:"maxValueCollection,omitempty"`
	ValidFrom    string      `json:"validStart"`
	ValidUntil   string      `json:"validEnd,omitempty"`
	Lines        []Line      `json:"rateLines"`
	ReferenceAt  string      `json:"referenceTimeStart,omitempty"`
	ReferenceEnd string      `json:"referenceTimeEnd,omitempty"`
}

// Line is a RateLine.
type Line struct {
	Sequence    int             `json:"sequence"`
	Type        string          `json:"rateLineType"`
	Description string          `json:"description,omitempty"`
	Start       string          `json:"durationStart,omitempty"`
	End         string          `json:"durationEnd,omitempty"`
	Period      string          `json:"incrementPeriod,omitempty"`
	Value       json.Number     `json:"value"`
	MinValue    json.Number     `json:"minValue,omitempty"`
	MaxValue    json.Number     `json:"maxValue,omitempty"`
	Usage       string          `json:"usageCondition,omitempty"`
	Tax         json.RawMessage `json:"rateLineTax,omitempty"`
}

// The types of lines.
const (
	flatRate         = "flatRate"
	flatRateTier     = "flatRateTier"
	incrementingRate = "incrementingRate"
)

// Answers say what APDS leaves open. An empty one is not answered.
type Answers struct {
	Timezone string `json:"timezone,omitempty"` // of the Place: IANA name
	Version  string `json:"version,omitempty"`  // of the tariff
	Limit    string `json:"limit,omitempty"`    // inclusive, exclusive
	Seconds  string `json:"seconds,omitempty"`  // exact, drop, up, clock
	Count    string `json:"count,omitempty"`    // of increments: started, prorated, completed
	Tiers    string `json:"tiers,omitempty"`    // added, total
	Resets   string `json:"resets,omitempty"`   // what resetTime resets: maximum, lines, both
	Counts   string `json:"counts,omitempty"`   // how a resetTime of days is counted: elapsed, civil
	Beyond   string `json:"beyond,omitempty"`   // what time after the last line costs: free
	// LeftOut is what the exporting side could not say. A table with any is not imported.
	LeftOut []string `json:"leftOut,omitempty"`
}

// over are answers, and where there are none those of another.
func (a Answers) over(other *Answers) Answers {
	if other == nil {
		return a
	}
	pick := func(mine, theirs string) string {
		if mine != "" {
			return mine
		}
		return theirs
	}
	return Answers{
		Timezone: pick(a.Timezone, other.Timezone), Version: pick(a.Version, other.Version), Limit: pick(a.Limit, other.Limit),
		Seconds: pick(a.Seconds, other.Seconds), Count: pick(a.Count, other.Count), Tiers: pick(a.Tiers, other.Tiers),
		Resets: pick(a.Resets, other.Resets), Counts: pick(a.Counts, other.Counts), Beyond: pick(a.Beyond, other.Beyond), LeftOut: other.LeftOut,
	}
}
