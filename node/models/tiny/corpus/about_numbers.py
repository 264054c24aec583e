"""Sums and counting. Each method but `sum_` returns a list of (user, assistant) turns."""

from .knowledge import NUMBERS
from .voice import Voice
from .words import PEOPLE


class AboutNumbers(Voice):
    def sum_(self):
        "a, b, sign, result"
        op = self.pick("+++++--**")
        if op == "+":
            a, b = (self.r.randint(0, 10), self.r.randint(0, 10)) if self.chance(.55) else (self.r.randint(0, 20), self.r.randint(0, 20))
            return a, b, op, a + b
        if op == "-":
            a = self.r.randint(0, 10 if self.chance(.5) else 20)
            b = self.r.randint(0, a)
            return a, b, op, a - b
        a, b = self.r.randint(0, 10), self.r.randint(0, 10)
        return a, b, op, a * b

    def arithmetic(self):
        a, b, op, v = self.sum_()
        if op == "+" and self.chance(.02):
            a = b = 2
            v = 4
        word = {"+": "plus", "-": "minus", "*": "times"}[op]
        if self.chance(.06):
            n, t = self.pick(PEOPLE), self.pick(["apples", "books", "coins", "eggs", "tokens", "cookies"])
            if op == "+":
                return [(self.asked(f"{n} has {a} {t} and {self.pick(['gets', 'finds', 'buys'])} {b} more. How many {t} are there now?"), f"{a} + {b} = {v}.")]
            if op == "-":
                return [(self.asked(f"{n} has {a} {t} and {self.pick(['loses', 'gives away', 'sells'])} {b}. How many {t} are left?"), f"{a} - {b} = {v}.")]
        sign = self.pick([op, op, op, word])
        if sign == "*" and self.chance(.35):
            sign = "x"
        e = f"{a} {sign} {b}"
        if len(sign) == 1 and self.chance(.35):
            e = e.replace(" ", "")
        q = self.pick(["What is {e}?", "What is {e}?", "What is {e}?", "{e}", "{e}?", "{e} =", "{e}=", "{e} = ?", "Calculate {e}.", "How much is {e}?", "Compute {e}", "Can you tell me what {e} is?", "What do you get for {e}?", "Solve {e}", "what's {e}", "whats {e}", "tell me {e}", "please add up {e}" if op == "+" else "work out {e}", "the answer to {e}", "Do you know {e}?", "can you calculate {e}"]).format(e=e)
        return [(self.asked(q, typos=False), f"{a} {op} {b} = {v}.")]

    def numbers(self):
        k = self.r.randint(0, 9)
        a, b = self.r.randint(0, 30), self.r.randint(0, 30)
        if k == 0:
            return [(self.asked(self.pick([f"What number comes after {a}?", f"Which number follows {a}?", f"What is the next number after {a}?"]), False), f"{a + 1} comes after {a}.")]
        if k == 1:
            return [(self.asked(f"What number comes before {a + 1}?", False), f"{a} comes before {a + 1}.")]
        if k == 2:
            b = b + 1 if a == b else b
            return [(self.asked(self.pick([f"Which is bigger, {a} or {b}?", f"Which number is larger: {a} or {b}?", f"Is {a} bigger than {b}?"]), False), f"{max(a, b)} is bigger than {min(a, b)}.")]
        if k == 3:
            return [(self.asked(self.pick([f"Is {a} even or odd?", f"Is {a} an even number?", f"Is {a} odd?"]), False), f"{a} is {'odd' if a % 2 else 'even'}.")]
        x = self.r.randint(2, 5) if self.chance(.2) else 1
        y = self.pick([3, 5, 10, 10, 10, 10, 20]) if x == 1 and self.chance(.6) else x + self.r.randint(2, 12)
        w = NUMBERS[y] if y < len(NUMBERS) and self.chance(.5) else str(y)
        if self.chance(.15):
            return [(self.asked(self.pick([f"Count down from {w} to {x}.", f"Count backwards from {w} to {x}.", f"countdown from {w}" if x == 1 else f"Count down from {w} to {x}."]), False), ", ".join(str(i) for i in range(y, x - 1, -1)) + ".")]
        q = self.pick([f"Count from {x} to {w}.", f"Please count from {x} to {w}.", f"count {x} to {w}"] + ([f"Count to {w}.", f"Count to {w}.", f"Can you count to {w}?", f"count up to {w}", f"list the numbers up to {w}", f"say the numbers to {w}"] if x == 1 else []))
        return [(self.asked(q, False), ", ".join(str(i) for i in range(x, y + 1)) + ".")]
