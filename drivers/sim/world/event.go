package world

// happening says what an event is.
type happening uint8

const (
	carComes     happening = iota // to the lane of the gate that it chooses
	carStarts                     // after its driver's reaction
	carMoves                      // reaches a place where something may change
	driverThinks                  // at the line before an arm, or stopped under it
	wrongThinks                   // the driver who came the wrong way
	carParks                      // reaches the spot that it drove to
	carLeaves                     // its spot
	armMoves                      // reaches an angle where something may change
	armTimer                      // of a barrier that closes itself
	loopWakes                     // a short disturbance of a loop begins or ends
	cameraReads
	terminalSays
	spotFrame
	hourStrikes // for what chance gives by the hour
	faultComes
	faultHeals
)

// event is something that happens at a time. An event whose subject has moved on (gen) is void.
type event struct {
	ms    int64
	seq   uint64
	what  happening
	at    int32
	other int32
	gen   uint32
}

func (e *event) before(f *event) bool { return e.ms < f.ms || e.ms == f.ms && e.seq < f.seq }

// queue is a binary heap of events by time; those of one time in the order in which they were planned.
type queue struct {
	heap []event
	seq  uint64
}

func (q *queue) push(e event) {
	q.seq++
	e.seq = q.seq
	q.heap = append(q.heap, e)
	for i := len(q.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !q.heap[i].before(&q.heap[parent]) {
			return
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

func (q *queue) pop() event {
	first := q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if q.heap[child].before(&q.heap[least]) {
				least = child
			}
		}
		if least == i {
			return first
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}
