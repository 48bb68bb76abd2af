package page

import "renewbot/bot/slacksim"

// Slack is the workspace of the session that goes on.
func (s *Server) Slack() *slacksim.Workspace { return s.now().world.Slack }
