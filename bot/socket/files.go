package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Why the text of an uploaded file can't be had.
var (
	ErrFileDenied  = errors.New("Slack does not give the file away: it is gone, or the app lacks files:read") //nolint:staticcheck // ST1005: a name
	ErrFileTooLong = errors.New("the file is too long")
	ErrFileNoText  = errors.New("the file is no text in UTF-8")
)

// errTransfer is a failure on the way of a file's bytes. What net/http says would have the
// address in it, with the file's name and the secret of an upload.
var errTransfer = errors.New("the file did not get through")

// The names under which the figures and the pacer know the bytes of files: their addresses
// have names in them that people gave.
const (
	methodDownload = "file_download"
	methodUpload   = "file_upload"
)

// FileText fetches the text of a file that somebody put into a form: at most so many bytes,
// and nothing but text, without the mark with which spreadsheets begin UTF-8. Its errors may be
// ErrFileDenied, ErrFileTooLong and ErrFileNoText.
// https://docs.slack.dev/messaging/working-with-files
func (a *WebAPI) FileText(ctx context.Context, id string, most int) ([]byte, error) {
	f, _, _, err := a.GetFileInfoContext(ctx, id, 0, 0)
	switch {
	case slices.Contains([]string{"file_not_found", "file_deleted", "missing_scope", "access_denied"}, ErrorCode(err)):
		return nil, errors.Join(ErrFileDenied, err)
	case err != nil:
		return nil, fmt.Errorf("files.info: %w", err)
	case f.Size > most:
		return nil, ErrFileTooLong
	case f.URLPrivateDownload == "":
		return nil, ErrFileDenied
	}
	text := &shortBuffer{left: most}
	err = a.GetFileContext(ctx, f.URLPrivateDownload, text)
	var status slack.StatusCodeError
	switch {
	case text.left < 0:
		return nil, ErrFileTooLong
	case errors.As(err, &status) && (status.Code/100 == 3 || status.Code == http.StatusForbidden || status.Code == http.StatusUnauthorized ||
		status.Code == http.StatusNotFound):
		return nil, ErrFileDenied // it leads to the page on which people sign in
	case err != nil:
		return nil, transferError(ctx, err)
	}
	read := bytes.TrimPrefix(text.Bytes(), []byte("\xef\xbb\xbf"))
	start := strings.ToLower(string(bytes.TrimSpace(read[:min(len(read), 64)])))
	if !utf8.Valid(read) || bytes.ContainsRune(read, 0) || strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html") {
		return nil, ErrFileNoText
	}
	return read, nil
}

// transferError is err without any address.
func transferError(ctx context.Context, err error) error {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &limited):
		return fmt.Errorf("%w: %w", errTransfer, limited)
	case errors.As(err, &status):
		return fmt.Errorf("%w: %w", errTransfer, status)
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", errTransfer, context.Cause(ctx))
	}
	return errTransfer
}

// shortBuffer takes so many bytes and fails at the first one too many.
type shortBuffer struct {
	bytes.Buffer
	left int
}

// Write implements io.Writer.
func (b *shortBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, ErrFileTooLong
	}
	return b.Buffer.Write(p)
}

// PutFile uploads a text as a file that nobody sees before ShareFile. It may be repeated: each
// time makes another file.
// https://docs.slack.dev/reference/methods/files.getUploadURLExternal
func (a *WebAPI) PutFile(ctx context.Context, name string, text []byte) (id string, err error) {
	up, err := a.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(text)})
	if err != nil {
		return "", fmt.Errorf("files.getUploadURLExternal: %w", err)
	}
	err = a.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: up.UploadURL, Content: string(text), Filename: name})
	if err != nil {
		return "", transferError(ctx, err)
	}
	return up.FileID, nil
}

// SharedFile is a file of PutFile and where it is to stand.
type SharedFile struct {
	ID, Title string
	Channel   string // its id; for a direct message D…
	Thread    string // ts of its first message; empty: in the channel itself
	Comment   string // escaped text of the message; may be empty
}

// ShareFile posts a file. A file is posted once: after an error that Classify calls Unclear,
// FileShared tells whether it was. Slack posts it when it has processed it, and does not say
// under which ts.
// https://docs.slack.dev/reference/methods/files.completeUploadExternal
func (a *WebAPI) ShareFile(ctx context.Context, f SharedFile) error {
	_, err := a.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files:   []slack.FileSummary{{ID: f.ID, Title: f.Title}},
		Channel: f.Channel, ThreadTimestamp: f.Thread, InitialComment: f.Comment,
	})
	if err != nil {
		return fmt.Errorf("files.completeUploadExternal: %w", err)
	}
	return nil
}

// FileShared says whether ShareFile had its effect. A file that was only uploaded is not known
// to Slack yet.
func (a *WebAPI) FileShared(ctx context.Context, id string) (bool, error) {
	_, _, _, err := a.GetFileInfoContext(ctx, id, 0, 0)
	switch {
	case ErrorCode(err) == "file_not_found":
		return false, nil
	case err != nil:
		return false, fmt.Errorf("files.info: %w", err)
	}
	return true, nil
}

// ExplainFile is what people are told of a file that was not fetched; longest is the bound that it was asked for with.
func ExplainFile(err error, longest string) string {
	switch {
	case errors.Is(err, ErrFileTooLong):
		return "The file is longer than " + longest + ": split it."
	case errors.Is(err, ErrFileNoText):
		return "The file is no text in UTF-8: save it as “CSV UTF-8”."
	case errors.Is(err, ErrFileDenied):
		return "Slack does not give me the file. It may be deleted; else the app lacks files:read, which “renewbot check” tells. Pasted lines work all the same."
	}
	return "The file could not be fetched from Slack. Please try again in a moment."
}
