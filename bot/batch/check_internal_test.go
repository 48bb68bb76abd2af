package batch

import (
	"testing"
	"testing/synctest"
)

// TestEachEndsAfterItsLastWord does not return while somebody is still told how far it is: what
// follows is shown in the same view. When all is done nobody is told how much of it was.
func TestEachEndsAfterItsLastWord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var words []int
		go func() {
			defer close(ended)
			if err := each(9, func(i int) error {
				if i > 0 {
					<-begun
				}
				return nil
			}, func(done int) {
				close(begun) // nobody is told a second time
				<-release
				words = append(words, done)
			}); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		select {
		case <-ended:
			t.Error("it returned while somebody was told how far it is")
		default:
		}
		close(release)
		<-ended
		if len(words) != 1 {
			t.Errorf("the words are %v", words)
		}
	})
}
