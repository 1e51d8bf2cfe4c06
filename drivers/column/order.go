package column

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// Show shows a face: its lines, or its count if it has none.
func (c *Column) Show(ctx context.Context, face drivers.Face) error {
	return c.do(ctx, "show", func(order int) []string { return showFields(order, face) })
}

// Print prints a slip and returns when it is out. After an error that wraps ErrOffline it may be out or not.
func (c *Column) Print(ctx context.Context, slip drivers.Slip) error {
	return c.do(ctx, "print", func(order int) []string { return printFields(order, slip) })
}

// do sends an order and waits for its answer. One order is out at a time.
func (c *Column) do(ctx context.Context, what string, fields func(order int) []string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s := c.session.Load()
	if s == nil {
		return fmt.Errorf("column: %s: port %s is not open: %w", what, c.port, drivers.ErrOffline)
	}
	c.order = (c.order + 1) % orderMax
	line := Encode(fields(c.order)...)
	if len(line) > LineMax {
		return fmt.Errorf("column: %s: %d bytes of text, more than %d: shorten it", what, len(line), LineMax)
	}
	if _, err := s.port.Write(line); err != nil {
		return fmt.Errorf("column: %s: port %s: %w", what, c.port, err)
	}
	if err := s.await(ctx, c.order); err != nil {
		return fmt.Errorf("column: %s: port %s: %w", what, c.port, err)
	}
	return nil
}

// await waits for the answer to an order; answers to others are late and mean nothing any more.
func (s *session) await(ctx context.Context, order int) error {
	timer := time.NewTimer(replyLimit)
	defer timer.Stop()
	for {
		select {
		case m := <-s.answers:
			if m.order != order {
				continue
			}
			if m.reason != "" {
				return fmt.Errorf("%w: %s", ErrRefused, m.reason)
			}
			return nil
		case <-s.ended:
			return fmt.Errorf("the port was closed before the answer: %w", drivers.ErrOffline)
		case <-timer.C:
			return fmt.Errorf("no answer within %v: %w", replyLimit, drivers.ErrOffline)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
