package bot

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
)

// TestAnswerGoesNowhereUnencrypted has a response_url that would be used without TLS: the
// person is told in another way.
func TestAnswerGoesNowhereUnencrypted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.reply.Tell(t.Context(), reply.Person{ID: stageAlice, ResponseURL: "http://192.0.2.1/hook"}, blocks.Answer(renewal.Say("x")))
	calls := s.called()
	if last := calls[len(calls)-1]; last.method != "chat.postMessage" || last.form.Get("channel") != stageAlice {
		t.Errorf("told by %+v", calls)
	}
}
