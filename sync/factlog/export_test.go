package factlog

// Chain returns the hash of frame Last.
func (l *Log) Chain() Hash {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chain
}
