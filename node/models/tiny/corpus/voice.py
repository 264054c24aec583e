"""Draws at random, and asks as people type."""

import random
from .words import PEOPLE, PLAIN


class Voice:
    def __init__(self, seed, stage=1):
        self.r, self.stage = random.Random(seed), stage

    def pick(self, x):
        return self.r.choice(x)

    def chance(self, p):
        return self.r.random() < p

    def made_up(self):
        "a word that does not exist, so that copying it cannot be done from memory"
        v, k = "aeiou", "bcdfghjklmnprstvwz"
        return "".join(self.pick(k) + self.pick(v) + (self.pick(k) if self.chance(.3) else "") for _ in range(self.r.randint(2, 3)))

    def name(self):
        return self.pick(PEOPLE) if self.chance(.4) else self.made_up().capitalize()

    def plain(self, low, high):
        return " ".join(self.pick(PLAIN) for _ in range(self.r.randint(low, high)))

    def typo(self, q):
        "one slip of the fingers inside a word"
        places = [i for i in range(1, len(q) - 1) if q[i].isalpha() and q[i + 1].isalpha()]
        if not places:
            return q
        i = self.pick(places)
        kind = self.r.randint(0, 3)
        if kind == 0:
            return q[:i] + q[i + 1] + q[i] + q[i + 2:]
        if kind == 1:
            return q[:i] + q[i + 1:]
        if kind == 2:
            return q[:i] + q[i] + q[i:]
        return q[:i] + self.pick("abcdefghijklmnopqrstuvwxyz") + q[i + 1:]

    def asked(self, q, typos=True):
        "what people really type: case, punctuation, politeness, short forms, slips"
        if self.chance(.15) and len(q) > 12:
            pre = self.pick(["Please tell me: ", "Hi, ", "Hello! ", "Hey, ", "I have a question. ", "Quick question: ", "Can you tell me: ", "So, ", "And ", "Okay, ", "Tell me, ", "hey lloom, ", "Please, ", "One more thing: "])
            q = pre + (q if pre[-2] in ".!:" or q.startswith(("I ", "Lloom")) else q[0].lower() + q[1:])
        if self.chance(.05):
            q = q.rstrip(".?!") + self.pick([" please", " please?", ", please.", " pls", " thanks"])
        if self.chance(.38):
            q = q.lower()
        elif self.chance(.08):
            q = q[0].lower() + q[1:]
        elif self.chance(.02):
            q = q.upper() if len(q) < 30 else q
        if self.chance(.06):
            for a, b in (("what is ", "whats "), ("What is ", "What's "), (" you", " u"), ("how do i ", "how i "), (" are ", " r "), ("please", "pls"), ("do not", "don't"), ("cannot", "can't")):
                if self.chance(.5):
                    q = q.replace(a, b)
        if self.chance(.34):
            q = q.rstrip(".?!")
        if typos and len(q) > 6 and self.chance(.09):
            q = self.typo(q)
            if self.chance(.2):
                q = self.typo(q)
        if self.chance(.02):
            q += self.pick(["?", "!", "??", " ?", "."])
        return q
