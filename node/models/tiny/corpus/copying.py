"""Text that is said again."""

from .voice import Voice
from .words import PLAIN, UNKNOWN


class Copying(Voice):
    def repeat(self):
        w = self.pick([self.made_up(), self.name(), self.pick(UNKNOWN), "hello world", self.plain(2, 3), self.plain(2, 4), self.plain(3, 6), self.plain(4, 8), self.made_up() + " " + self.made_up(), str(self.r.randint(1, 9999)), self.name() + " likes " + self.pick(PLAIN)])
        form = self.pick(["Say {w}", "Repeat: {w}", "Repeat after me: {w}", "Repeat after me: {w}", "Please say {w}", "Say: {w}", "Echo {w}", "echo: {w}", "repeat {w}", "Repeat this: {w}", "Say \"{w}\"", "Repeat \"{w}\"", "please repeat: {w}", "Just say {w}", "Can you repeat \"{w}\"?", "copy this: {w}", "Write: {w}", "say the words {w}", "repeat the phrase: {w}", "Repeat exactly: {w}", "Repeat these words: {w}", "reply with {w}", "Reply only with: {w}"])
        if self.chance(.2):
            w = w[0].upper() + w[1:] + "."
        return [((form[0].lower() + form[1:] if self.chance(.3) else form).format(w=w), w)]

    def copied_line(self):
        """A line and its copy. Copying needs two layers that work together, and a small model finds that out only from
        long copies whose first word is cut into the same tokens as in the original, so after a line break or a quote."""
        words = " ".join(self.pick(PLAIN) if self.chance(.6) else self.name() if self.chance(.4) else self.made_up() for _ in range(self.r.randint(3, 14)))
        if self.chance(.5):
            return {"p": words + "\n", "t": words}
        form = self.pick(["Repeat this:\n{w}", "Repeat after me:\n{w}", "Copy this line:\n{w}", "Say \"{w}\"", "Repeat \"{w}\"", "Please repeat: \"{w}\""])
        return {"m": [["user", form.format(w=words)], ["assistant", words]]}
