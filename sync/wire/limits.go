package wire

// The largest of each thing. A reader refuses more before it allocates anything; a writer refuses to write it.
const (
	// MaxRecordBytes bounds one fact. The largest real one (an entry with every field) has about 400 bytes;
	// 20 of this size still fit into one uplink message of 96 KB.
	MaxRecordBytes = 4 << 10

	// MaxRecordTextBytes bounds one text of a fact. The longest are a person's notes; identifiers and plates
	// have some 30 bytes.
	MaxRecordTextBytes = 1 << 10

	// MaxRecordDepth bounds nesting in a fact: the array, the map of fields, and two levels for fields to come.
	MaxRecordDepth = 4

	// MaxValueBytes bounds one value of Marshal. The largest is a tariff with all its rules.
	MaxValueBytes = 1 << 20

	// MaxValueTextBytes bounds one text of such a value.
	MaxValueTextBytes = 64 << 10

	// MaxValueDepth bounds nesting in such a value; it is far above any type of ours and far below the stack.
	MaxValueDepth = 16
)

// limits are those of one use.
type limits struct {
	totalBytes, textBytes, depth int
}

var (
	recordLimits = limits{MaxRecordBytes, MaxRecordTextBytes, MaxRecordDepth}
	valueLimits  = limits{MaxValueBytes, MaxValueTextBytes, MaxValueDepth}
)
