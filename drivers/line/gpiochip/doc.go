// Package gpiochip requests digital lines from the kernel's GPIO character device, version 2 (Linux 5.10 or later).
//
// It exists because what periph.io offers on top of the same device moves outputs by itself and hides what matters at a
// gate: periph asks for a line first and sets it later, makes an input of an output that it reads, and drops times and
// sequence numbers. Here
//
//   - an output has its level from the request on: no edge between being nobody's and being ours;
//   - a level is read back without touching the direction;
//   - the kernel debounces, dates each edge, and numbers them, so that lost ones show;
//   - the edges of lines that were requested together come in the order in which they happened;
//   - the kernel knows which device of the site holds a line, and a line that somebody else holds says who.
//
// A chip is found by its label, never by its number, which changes with kernels. Everything is electrical: polarity is
// the board's business. All calls are safe for several goroutines, but for one reader of edges at a time.
//
// Source: Linux, include/uapi/linux/gpio.h and Documentation/userspace-api/gpio.
//
// It imports nothing of this project.
package gpiochip
