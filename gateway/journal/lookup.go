package journal

// Get finds one state record as of the last checkpoint, archived or not; its value is what wire.Marshal made. Errors:
// ErrDamaged if it is not what was written, ErrNotReady if it may be in the archive and that can't be read now.
func (j *Journal) Get(table uint8, key string) (value []byte, found bool, err error) {
	return j.keeper.get(entryKey(table, key))
}

func (k *keeper) get(key string) ([]byte, bool, error) {
	state := k.state.Load()
	if state == nil {
		return nil, false, ErrNotReady
	}
	value, found, err := state.get(key)
	if err != nil || found || !archived(key) {
		return value, found && !gone(key, value), err
	}
	archive := k.archive.Load()
	if archive == nil {
		return nil, false, ErrNotReady
	}
	return archive.get(key)
}

// gone reports whether a record waits to be removed from the archive.
func gone(key string, value []byte) bool { return archived(key) && len(value) == 0 }
