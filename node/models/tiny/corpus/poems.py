"""Poems, and who stories are about."""

HEROES = "cat dog fox bear rabbit mouse bird frog horse duck owl lion llama turtle dragon robot wolf penguin elephant tiger monkey snail whale squirrel hedgehog deer goat sheep cow pig hen bee ant girl boy king queen knight wizard pirate sailor farmer baker teacher prince princess giant ghost monster unicorn dinosaur computer star tree cloud snowman boat train spider fish".split()
FRIENDS = "cat dog fox bear rabbit mouse bird frog horse duck owl lion llama turtle".split()
POEMS = ["The {x} is here, the night is deep,\nthe stars keep watch while people sleep.", "I saw the {x} at break of day,\nit smiled at me and went its way.", "O little {x}, so far, so near,\nyou make me glad that you are here.", "The {x} was quiet, the {x} was small,\nand yet it was loved the most of all."]
HAIKU = ["Quiet morning light,\nthe {x} waits without a sound,\nthen the day begins.", "Soft rain on the roof,\nI think about the {x},\nand the night grows still.", "A small wind passes,\nthe {x} moves under the moon,\nautumn is so near."]
POEM_X = "moon,sun,sea,rain,snow,wind,river,tree,cat,dog,fox,llama,network,token,computer,winter,summer,spring,night,mountain,flower,star,love,coffee,tea,friend,robot,peer,city,forest,bird,stone,fire,cloud,horse,garden,bread,train,dream,ocean,dragon,code,blockchain,llama,autumn,time,home,music,school,mother,father".split(",")
