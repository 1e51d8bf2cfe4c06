package store

import (
	"context"
	"strconv"
	"strings"
)

// session is one transaction on either engine. Statements are PostgreSQL's, with $1 for parameters.
type session interface {
	// exec runs a statement now or before the next rows or the commit.
	exec(sql string, args ...any) error
	// rows runs a query and calls each for each row; scan fills pointers.
	rows(sql string, each func(scan func(...any) error) error, args ...any) error
}

// engine is a database.
type engine interface {
	// write runs a transaction that is durable when it returns nil.
	write(ctx context.Context, do func(session) error) error
	// follow runs a transaction of which a power cut may undo the last ones, in their order: all that they write can be made
	// again.
	follow(ctx context.Context, do func(session) error) error
	// read runs queries that see one moment.
	read(ctx context.Context, do func(session) error) error
	// list is a parameter for ANY: a list of texts.
	list(texts []string) any
	// any is the condition that a column is one of the list in a parameter.
	any(column, parameter string) string
	// locking is appended to a SELECT of rows that the transaction will change.
	locking() string
	// truth is where batches are kept.
	truth() truth
	stable(ctx context.Context) (Stability, error)
	close() error
}

// truth keeps the raw batches.
type truth interface {
	// keep makes the rows of entries in the transaction that counts them. Those of segments are durable already.
	keep(s session, entries []kept) error
	// fetch reads an entry by its location and place.
	fetch(s session, location string, place int64) ([]byte, error)
}

// kept is an entry with the place it gets.
type kept struct {
	location string
	kind     int64
	place    int64 // set by keep
	inc      int64
	first    int64
	last     int64
	data     []byte
}

// Kinds of entries.
const (
	kindBatch   = 1
	kindSettled = 2
	// kindEvidence is a batch that contradicts others: kept, and never folded.
	kindEvidence = 3
)

// placeholders is ($1, $2, ...).
func placeholders(n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := 1; i <= n; i++ {
		if i > 1 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i))
	}
	b.WriteByte(')')
	return b.String()
}

// upsert makes INSERT ... ON CONFLICT of a table: keys first, then values that are set, or added if add is true.
func upsert(table string, keys, values []string, add bool, when string) string {
	columns := append(append([]string{}, keys...), values...)
	sets := make([]string, len(values))
	for i, v := range values {
		sets[i] = v + " = excluded." + v
		if add {
			sets[i] = v + " = " + table + "." + v + " + excluded." + v
		}
	}
	sql := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + placeholders(len(columns)) +
		" ON CONFLICT (" + strings.Join(keys, ", ") + ") DO UPDATE SET " + strings.Join(sets, ", ")
	if when != "" {
		sql += " WHERE " + when
	}
	return sql
}
