package journal

// StatePagesWritten counts the pages that commits to the state file wrote.
func (j *Journal) StatePagesWritten() int64 {
	stats := j.keeper.state.Load().db.Stats()
	return stats.TxStats.GetWrite()
}
