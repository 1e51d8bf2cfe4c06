package lot

import "gatehouse/sync/fact"

// request is a remembered answer to an idempotency key.
type request struct {
	Handled fact.RequestHandled `cbor:"1,keyasint"`
	AtMS    int64               `cbor:"2,keyasint,omitempty"`
}

// answers are those to idempotency keys that are remembered.
type answers struct {
	byKey map[fact.RequestKey]*request
	order []fact.RequestKey // the oldest first
}

// remember keeps the answer to an idempotency key.
func (l *Lot) remember(f fact.RequestHandled, wallMS int64) {
	l.restoreRequest(f.Key, &request{Handled: f, AtMS: wallMS})
	l.dirty.add(TableRequests, string(f.Key))
	if len(l.answers.order) > requestsMax {
		l.forget()
	}
}

func (l *Lot) restoreRequest(key fact.RequestKey, r *request) {
	if l.answers.byKey[key] == nil {
		l.answers.order = append(l.answers.order, key)
	}
	l.answers.byKey[key] = r
}

// forget drops the oldest remembered answer.
func (l *Lot) forget() {
	key := l.answers.order[0]
	l.answers.order = l.answers.order[1:]
	delete(l.answers.byKey, key)
	l.dirty.add(TableRequests, string(key))
}

// expireRequests forgets the answers that are old enough.
func (l *Lot) expireRequests() {
	for len(l.answers.order) > 0 {
		r := l.answers.byKey[l.answers.order[0]]
		if r != nil && l.now.WallMS-r.AtMS < l.cfg.Policy.RequestKeepMS {
			return
		}
		l.forget()
	}
}
