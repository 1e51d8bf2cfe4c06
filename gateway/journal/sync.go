package journal

// Sync has everything appended so far made durable without waiting for more, lazy facts too, and calls done when it
// is, after the done of those appends; or with ErrBroken.
func (j *Journal) Sync(done func(error)) {
	if err := j.commits.failure(); err != nil {
		go done(err)
		return
	}
	j.hand(handover{done: func(err error) {
		if err != nil {
			err = j.commits.fail(err)
		}
		done(err)
	}})
}
