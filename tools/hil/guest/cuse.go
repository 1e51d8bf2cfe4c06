package main

import (
	"encoding/binary"
	"fmt"
	"syscall"
)

// An I2C bus as Linux has it, /dev/i2c-N, whose devices are simulated by a process of the machine: CUSE hands the program's
// ioctls to that process. Sources: Linux, include/uapi/linux/fuse.h, i2c.h and i2c-dev.h.
const (
	opOpen, opRelease, opFlush, opInterrupt, opIoctl, opInit = 14, 18, 25, 36, 39, 4096

	protocolMajor, protocolMinor = 7, 31
	unrestrictedIoctl            = 1 << 0
	ioctlRetry                   = 1 << 2

	requestBytes = 1 << 17
	headerBytes  = 40
	ioctlBytes   = 32

	i2cFuncs, i2cTransfer = 0x705, 0x707
	functionPlain         = 1 // plain I2C transfers, and no SMBus
	messageRead           = 1 << 0
	transferBytes         = 16
	messageBytes          = 16
)

// bus carries out a transaction; an error says that nobody has the address.
type bus func(address uint16, write, read []byte) error

// serveI2C makes /dev/i2c-<number>, and carries out what programs ask of it until the process is killed.
func serveI2C(number int, do bus) error {
	// Not an os.File: the runtime would poll the very device that this process serves.
	fd, err := syscall.Open("/dev/cuse", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /dev/cuse: %w", err)
	}
	request := make([]byte, requestBytes)
	for {
		n, err := syscall.Read(fd, request)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n < headerBytes {
			return fmt.Errorf("read /dev/cuse: %d bytes, %v", n, err)
		}
		failure, answer := respond(request[:n], number, do)
		if binary.NativeEndian.Uint32(request[4:]) == opInterrupt {
			continue
		}
		out := binary.NativeEndian.AppendUint32(nil, uint32(16+len(answer)))
		out = binary.NativeEndian.AppendUint32(out, uint32(-int32(failure)))
		out = append(out, request[8:16]...) // whose answer it is
		if _, err := syscall.Write(fd, append(out, answer...)); err != nil && err != syscall.ENOENT {
			return fmt.Errorf("write /dev/cuse: %w", err)
		}
	}
}

// respond answers one request of the kernel's.
func respond(request []byte, number int, do bus) (failure syscall.Errno, answer []byte) {
	switch binary.NativeEndian.Uint32(request[4:]) {
	case opInit:
		return 0, append(words(protocolMajor, protocolMinor, 0, unrestrictedIoctl, 4096, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
			fmt.Sprintf("DEVNAME=i2c-%d\x00", number)...)
	case opOpen:
		return 0, make([]byte, 16)
	case opRelease, opFlush:
		return 0, nil
	case opIoctl:
		return control(request[headerBytes:], do)
	}
	return syscall.ENOSYS, nil
}

// words are numbers of 32 bits.
func words(values ...uint32) (b []byte) {
	for _, value := range values {
		b = binary.NativeEndian.AppendUint32(b, value)
	}
	return b
}

// memory is a part of the asking program's memory.
type memory struct{ at, bytes uint64 }

// fetch asks the kernel to come again with those parts of the program's memory to read, and to write.
func fetch(in, out []memory) []byte {
	b := words(0, ioctlRetry, uint32(len(in)), uint32(len(out)))
	for _, m := range append(in, out...) {
		b = binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(b, m.at), m.bytes)
	}
	return b
}

// control carries out an ioctl. What its argument points to comes step by step: the transfer, its messages, their bytes.
func control(request []byte, do bus) (syscall.Errno, []byte) {
	argument := binary.NativeEndian.Uint64(request[16:])
	outBytes := binary.NativeEndian.Uint32(request[28:])
	data := request[ioctlBytes:]
	transfer := memory{argument, transferBytes}
	switch command := binary.NativeEndian.Uint32(request[12:]); {
	case command == i2cFuncs && outBytes == 0:
		return 0, fetch(nil, []memory{{argument, 8}})
	case command == i2cFuncs:
		return 0, append(words(0, 0, 0, 0), words(functionPlain, 0)...)
	case command != i2cTransfer:
		return syscall.ENOTTY, nil
	case len(data) < transferBytes:
		return 0, fetch([]memory{transfer}, nil)
	}
	messages := memory{binary.NativeEndian.Uint64(data), messageBytes * uint64(binary.NativeEndian.Uint32(data[8:]))}
	data = data[transferBytes:]
	if uint64(len(data)) < messages.bytes {
		return 0, fetch([]memory{transfer, messages}, nil)
	}
	address, writes, reads := parts(data[:messages.bytes])
	data = data[messages.bytes:]
	if len(data) == 0 && outBytes == 0 {
		return 0, fetch(append([]memory{transfer, messages}, writes...), reads)
	}
	read := make([]byte, outBytes)
	if err := do(address, data, read); err != nil {
		return syscall.ENXIO, nil
	}
	return 0, append(words(uint32(messages.bytes/messageBytes), 0, 0, 0), read...)
}

// parts are what the messages of a transfer write and read. All have one address.
func parts(messages []byte) (address uint16, writes, reads []memory) {
	for ; len(messages) >= messageBytes; messages = messages[messageBytes:] {
		address = binary.NativeEndian.Uint16(messages)
		part := memory{binary.NativeEndian.Uint64(messages[8:]), uint64(binary.NativeEndian.Uint16(messages[4:]))}
		if binary.NativeEndian.Uint16(messages[2:])&messageRead != 0 {
			reads = append(reads, part)
		} else {
			writes = append(writes, part)
		}
	}
	return address, writes, reads
}
