package slacksim

func checkMessage(blocks []any, text string) []Problem { return nil }
func checkView(body obj) []Problem                     { return nil }
func checkOptions(body obj) []Problem                  { return nil }
