package store

import "context"

// Member is an aggregator that shares the store. Its beat rises for as long as it works: who sees one stand still for some
// seconds of the own clock takes its locations. No clock is compared with another.
type Member struct {
	ID   string
	Beat int64
}

// Beat says that a member works, and returns all members.
func (s *sqlStore) Beat(ctx context.Context, member string) (all []Member, err error) {
	err = s.engine.write(ctx, func(tx session) error {
		all = nil
		err := tx.exec(`INSERT INTO aggregators (location, member, beat) VALUES ('', $1, 1)
			ON CONFLICT (location, member) DO UPDATE SET beat = aggregators.beat + 1`, member)
		if err != nil {
			return err
		}
		return tx.rows(`SELECT member, beat FROM aggregators WHERE location = '' ORDER BY member`, func(scan scanner) error {
			var m Member
			err := scan(&m.ID, &m.Beat)
			all = append(all, m)
			return err
		})
	})
	return all, err
}

// Leave says that a member works no longer, or is none any more.
func (s *sqlStore) Leave(ctx context.Context, member string) error {
	return s.engine.write(ctx, func(tx session) error {
		return tx.exec(`DELETE FROM aggregators WHERE location = '' AND member = $1`, member)
	})
}
