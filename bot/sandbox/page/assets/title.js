// The window's title: where one is, as whom, and whether something is unread.
import { useEffect } from "./ui.js";
import { channelName, person } from "./names.js";
import { currentChannel } from "./route.js";
import { state, subscribe } from "./store.js";
import { unreadIn } from "./unread.js";

export function useTitle() {
  useEffect(() => {
    const show = () => {
      const channel = currentChannel(state);
      const where = state.place.kind === "home" ? "Home"
        : channel ? (channel.im ? "" : "#") + channelName(state, channel) : "Sandbox";
      const unread = state.channels.reduce((n, c) => n + unreadIn(state, c).personal, 0);
      const title = `${unread ? `(${unread}) ` : ""}${where} · ${person(state, state.me)?.realName ?? "Renewbot"}`;
      if (document.title !== title) document.title = title;
    };
    show();
    return subscribe(show);
  }, []);
}
