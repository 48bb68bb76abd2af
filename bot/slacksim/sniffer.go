package slacksim

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"sync"
)

// frameSniffer watches the WebSocket frames that come in, because the WebSocket library puts fragments
// together silently while Slack does not take them.
type frameSniffer struct {
	net.Conn
	mu      sync.Mutex
	header  []byte
	skip    uint64
	partial bool   // inside a fragmented message
	done    []bool // per complete data message: was it fragmented
}

// Read passes bytes on and follows the frame headers in them.
func (s *frameSniffer) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := b[:n]; len(p) > 0; {
		if s.skip > 0 {
			k := min(s.skip, uint64(len(p)))
			s.skip -= k
			p = p[k:]
			continue
		}
		s.header = append(s.header, p[0])
		p = p[1:]
		if size, length := headerSize(s.header); size == len(s.header) {
			s.frame(s.header[0])
			s.skip, s.header = length, s.header[:0]
		}
	}
	return n, err
}

// headerSize is how long the header is that starts with h, and the length of its payload; as long as that is
// not known yet it is longer than h.
func headerSize(h []byte) (size int, payload uint64) {
	if len(h) < 2 {
		return 2, 0
	}
	size = 2
	payload = uint64(h[1] & 0x7f)
	switch payload {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if h[1]&0x80 != 0 {
		size += 4
	}
	if len(h) < size {
		return size, 0
	}
	switch payload {
	case 126:
		payload = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		payload = binary.BigEndian.Uint64(h[2:])
	}
	return size, payload
}

func (s *frameSniffer) frame(first byte) {
	final, opcode := first&0x80 != 0, first&0x0f
	if opcode >= 8 {
		return // control frame
	}
	if !final {
		s.partial = true
		return
	}
	s.done = append(s.done, s.partial)
	s.partial = false
}

// fragmented says whether the oldest message not asked about yet came in fragments.
func (s *frameSniffer) fragmented() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.done) == 0 {
		return false
	}
	first := s.done[0]
	s.done = s.done[1:]
	return first
}

// sniffingWriter puts a sniffer under the connection that the WebSocket library takes over.
type sniffingWriter struct {
	http.ResponseWriter
	sniffer *frameSniffer
}

// Hijack hands out the connection with the sniffer on it.
func (s *sniffingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := s.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("the server cannot hand over the connection")
	}
	nc, rw, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	s.sniffer = &frameSniffer{Conn: nc}
	return s.sniffer, rw, nil
}
