package lot

import "gatehouse/sync/fact"

// request is a remembered answer to an idempotency key.
type request struct {
	Handled fact.RequestHandled `cbor:"1,keyasint"`
	AtMS    int64               `cbor:"2,keyasint,omitempty"`
}

// remember keeps the answer to an idempotency key.
func (l *Lot) remember(f fact.RequestHandled, wallMS int64) {
	l.restoreRequest(f.Key, &request{Handled: f, AtMS: wallMS})
	l.dirty.add(TableRequests, string(f.Key))
	if len(l.requestOrder) > requestsMax {
		l.forget()
	}
}

func (l *Lot) restoreRequest(key fact.RequestKey, r *request) {
	if l.requests[key] == nil {
		l.requestOrder = append(l.requestOrder, key)
	}
	l.requests[key] = r
}

// forget drops the oldest remembered answer.
func (l *Lot) forget() {
	key := l.requestOrder[0]
	l.requestOrder = l.requestOrder[1:]
	delete(l.requests, key)
	l.dirty.add(TableRequests, string(key))
}

// expireRequests forgets the answers that are old enough.
func (l *Lot) expireRequests() {
	for len(l.requestOrder) > 0 {
		r := l.requests[l.requestOrder[0]]
		if r != nil && l.now.WallMS-r.AtMS < l.cfg.Policy.RequestKeepMS {
			return
		}
		l.forget()
	}
}
