package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxSecret = 8 << 10 // bytes; a token or a database URL is far shorter

type secretText struct{ decoded[Secret] }

// Decode takes the text as it is, without newlines at its end: they come with secrets
// that were written by an editor or echo.
func (d *secretText) Decode(text string) error {
	text = strings.TrimRight(text, "\r\n")
	if fault := secretFault(text); fault != "" {
		d.refuse(fault)
		return nil
	}
	d.value, d.fault = NewSecret(text), ""
	return nil
}

func secretFault(text string) string {
	switch {
	case len(text) > maxSecret:
		return "is longer than 8 KiB; check what was put there"
	case len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0]:
		return "is in quotes, which are part of it here; remove them"
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "has line breaks or other control characters in it; copy it again"
	case strings.TrimSpace(text) != text:
		return "has spaces around it; remove them"
	}
	return ""
}

// orFile takes the secret from the file that the variable's _FILE names, if it does.
func (d *secretText) orFile(name string, problems *Problems) {
	fileVariable := name + "_FILE"
	path := os.Getenv(fileVariable)
	if path == "" {
		return
	}
	if os.Getenv(name) != "" {
		problems.add(fileVariable, "is set and so is "+name+"; remove one of them")
		return
	}
	text, fault := readSecret(path)
	if fault == "" && strings.TrimSpace(text) == "" {
		fault = "names an empty file; write the secret into it"
	}
	if fault != "" {
		d.value, d.fault = Secret{}, ""
		problems.add(fileVariable, fault)
		return
	}
	_ = d.Decode(text)
	if d.fault != "" {
		problems.add(fileVariable, "names a file whose content "+d.fault)
		d.value, d.fault = Secret{}, ""
	}
}

// readSecret never puts the path into what it says: it may be the secret itself.
func readSecret(path string) (text, fault string) {
	// Asked first, since opening a pipe waits for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return "", unreadable(err)
	}
	if !info.Mode().IsRegular() {
		return "", "does not name a regular file; put the secret into one"
	}
	file, err := os.Open(path)
	if err != nil {
		return "", unreadable(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", unreadable(err)
	}
	if len(content) > maxSecret {
		return "", "names a file of more than 8 KiB; check which file it is"
	}
	return string(content), ""
}

func unreadable(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "names a file that does not exist; it must hold the path of a file, not the secret itself"
	case errors.Is(err, fs.ErrPermission):
		return "names a file that Renewbot may not read; give its user the permission"
	}
	return "names a file that cannot be read; check its path"
}
