"""Small talk, names, and what the model cannot do. Each method returns a list of (user, assistant) turns."""

from .knowledge import CAPITALS
from .small_talk import BIG, CODE, HI_NAME, LANG, MY_NAME, SMALL, TALK
from .voice import Voice
from .words import ASK_CODE, ASK_UNKNOWN, DOES, FOREIGN, PEOPLE, UNKNOWN


class AboutPeople(Voice):
    def talk(self):
        i = min(int(self.r.random() * len(TALK)), int(self.r.random() * len(TALK) * 1.2))
        q, a = TALK[i]
        return [(self.asked(self.pick(q), typos=self.chance(.5)), a if isinstance(a, str) else self.pick(a))]

    def own_name(self):
        n = self.name()
        turns = [(self.pick(HI_NAME).format(n=n), f"Nice to meet you, {n}! How can I help you?")]
        if self.chance(.35):
            turns += self.simple()  # of Generator, which knows all subjects
        if self.chance(.65):
            turns.append((self.asked(self.pick(MY_NAME)), f"Your name is {n}."))
        return turns + (self.greet() if self.chance(.15) else [])

    def greet(self):
        n = self.name()
        return [(self.pick(["Say hello to {n}.", "Greet {n}.", "Please say hi to {n}.", "say hello to my friend {n}"]).format(n=n), f"Hello, {n}!")]

    def no_name(self):
        if self.chance(.4):
            return self.greet()
        return [(self.asked(self.pick(MY_NAME)), "I do not know your name yet. Please tell me.")]

    def unknown(self):
        k = self.r.random()
        if k < .10:
            q = self.pick(FOREIGN) if self.chance(.6) else " ".join("".join(self.pick("абвгдежзиклмнопрстуфхцчшщыьэюя") for _ in range(self.r.randint(2, 7))) for _ in range(self.r.randint(1, 4))) if self.chance(.6) else "".join(chr(self.r.randint(0x4e00, 0x9000)) for _ in range(self.r.randint(2, 6)))
            return [(q if self.chance(.7) else q.rstrip(".?!"), LANG)]
        if k < .21:
            a, b = self.r.randint(21, 9999), self.r.randint(21, 999)
            o = self.pick(["+", "-", "*", "/", "plus", "minus", "times", "x"])
            e = f"{a} {o} {b}" if self.chance(.7) else f"{a}{o}{b}" if len(o) == 1 else f"{a} {o} {b}"
            return [(self.asked(self.pick(["What is {e}?", "{e}", "Calculate {e}.", "{e} = ?", "How much is {e}?"]).format(e=e), False), BIG)]
        if k < .24:
            c = self.made_up().capitalize()
            return [(self.asked(self.pick(["What is the capital of {c}?", "capital of {c}", "Name the capital of {c}."]).format(c=c)), f"I do not know the capital of {c}.")]
        fill = dict(w=self.pick(UNKNOWN), w2=self.pick(UNKNOWN), P=self.made_up().capitalize(), Q=self.made_up().capitalize(), n=self.r.randint(5, 500), n2=self.r.randint(5, 900), r=self.made_up(), r2=self.made_up(), r3=self.made_up(), c=self.pick(list(CAPITALS)), c2=self.pick(list(CAPITALS)), x=self.pick("boss friend bank teacher customer landlord mother".split()), y=self.pick(DOES), z=self.plain(4, 12))
        if self.chance(.3):
            fill["P"] = self.pick(PEOPLE)
        if k < .31:
            return [(self.asked(self.pick(ASK_CODE).format(**fill)), CODE)]
        q = self.pick(ASK_UNKNOWN).format(**fill)
        return [(self.asked(q[0].upper() + q[1:] if self.chance(.5) else q), SMALL)]
