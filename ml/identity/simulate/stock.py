"""Names, towns, streets and trades that simulated people are made of, commonest first.

Written down by hand from general knowledge of English, Welsh and other names; no list was taken
from the tables that linkage is judged on. Surnames beyond the common ones are put together from
the parts that English place names are made of, so that rare names are as rare as in life.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

Column = np.ndarray[Any, np.dtype[Any]]
"""Texts or None (dtype object), or a mask (dtype bool), or whole numbers."""


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def array(texts: Iterable[str | None]) -> Column:
    """Texts as a column."""
    listed = list(texts)
    result = np.empty(len(listed), dtype=object)
    result[:] = listed
    return result


MEN = words("""
john william james george robert david thomas michael charles edward henry richard peter paul
joseph daniel samuel andrew mark stephen christopher matthew anthony francis alexander benjamin
walter frederick albert arthur harold ernest alfred philip simon nicholas jonathan timothy patrick
kenneth ronald donald gerald leonard raymond hugh edmund ralph roger martin graham keith stuart
adam luke joshua nathan oliver harry jack oscar theodore lewis owen rhys evan gareth huw dafydd
ivor emrys idris gwilym meredith rowland ambrose barnaby cuthbert giles humphrey jasper lancelot
montague percival reginald rupert silas tobias valentine wilfred zachary augustus bartholomew
clement dominic eustace felix gilbert horace isaac jeremiah laurence maurice neville osmund
quentin roderick sebastian terence vincent abraham bernard cecil desmond eric fergus geoffrey
hector ian julian kevin leslie malcolm nigel otto patrice quincy ross spencer trevor uriah victor
warren
""")
WOMEN = words("""
mary elizabeth sarah anne margaret jane catherine alice emma charlotte emily florence dorothy
ellen hannah martha susan helen barbara patricia jennifer linda christine julia caroline victoria
eleanor frances harriet isabella louisa rebecca rachel ruth grace lucy amelia edith ethel elsie
ada annie beatrice bertha clara constance daisy eliza esther georgina gertrude hilda ida irene ivy
josephine kathleen lilian mabel matilda maud mildred minnie nellie nora olive phoebe rosemary rose
sophia stella theresa ursula violet winifred agnes amy angharad bronwen carys ceridwen dilys
eluned gwen gwenllian megan myfanwy nesta olwen rhiannon sian tegan abigail bridget cecilia
deborah eve felicity gillian heather imogen judith karen lydia miriam naomi octavia penelope
queenie rosalind samantha tabitha una veronica wendy yvonne zoe alexandra brenda cynthia diana
""")
NICKNAMES = {
    "john": "jack johnny", "william": "bill will willie liam", "james": "jim jimmy jamie",
    "robert": "bob rob bobby", "david": "dave davy", "thomas": "tom tommy", "michael": "mike mick",
    "charles": "charlie chas", "edward": "ted ed ned eddie", "henry": "harry hal",
    "richard": "dick rick richie", "peter": "pete", "joseph": "joe", "daniel": "dan danny",
    "samuel": "sam", "andrew": "andy drew", "stephen": "steve", "christopher": "chris kit",
    "matthew": "matt", "anthony": "tony", "francis": "frank", "alexander": "alex sandy alec",
    "benjamin": "ben", "walter": "wally", "frederick": "fred freddie", "albert": "bert bertie",
    "arthur": "art", "harold": "harry", "alfred": "alf fred", "philip": "phil",
    "nicholas": "nick", "jonathan": "jon", "timothy": "tim", "patrick": "paddy pat",
    "kenneth": "ken", "ronald": "ron", "donald": "don", "gerald": "gerry", "leonard": "len",
    "raymond": "ray", "edmund": "ed ned", "joshua": "josh", "nathan": "nate", "oliver": "ollie",
    "theodore": "theo ted", "lewis": "lew", "dafydd": "dai", "bartholomew": "bart",
    "reginald": "reg", "zachary": "zach", "laurence": "larry laurie", "terence": "terry",
    "vincent": "vince", "geoffrey": "geoff", "victor": "vic", "gilbert": "gil", "isaac": "ike",
    "mary": "molly polly may", "elizabeth": "liz beth betty eliza bess lizzie",
    "sarah": "sally sadie", "anne": "nan nancy annie", "margaret": "maggie peggy meg daisy",
    "jane": "jenny", "catherine": "kate cathy kitty kathy", "charlotte": "lottie",
    "emily": "em emmy", "florence": "flo florrie", "dorothy": "dot dolly dora",
    "ellen": "nell nellie", "martha": "patty mattie", "susan": "sue susie", "helen": "nell",
    "barbara": "babs barb", "patricia": "pat trish patsy", "jennifer": "jen jenny",
    "christine": "chris tina", "victoria": "vicky", "eleanor": "nell ellie nora",
    "frances": "fanny fran", "harriet": "hattie", "isabella": "bella isa", "rebecca": "becky",
    "rachel": "rae", "amelia": "millie", "edith": "edie", "josephine": "jo josie",
    "kathleen": "kath kathy", "matilda": "tilly", "theresa": "tess terry", "winifred": "win winnie",
    "agnes": "aggie", "abigail": "abby", "bridget": "biddy bridie", "cecilia": "cissie",
    "deborah": "debbie", "gillian": "gill jill", "judith": "judy", "penelope": "penny",
    "samantha": "sam", "veronica": "ronnie", "alexandra": "alex sandra", "cynthia": "cindy",
}  # fmt: skip
COMMON_SURNAMES = words("""
smith jones williams taylor brown davies evans wilson thomas johnson roberts robinson thompson
wright walker white edwards hughes green hall lewis harris clarke patel jackson wood turner martin
cooper hill ward morris moore clark lee king baker harrison morgan allen james scott phillips
watson davis parker price bennett young griffiths mitchell kelly cook carter richardson bailey
collins bell shaw murphy miller cox richards khan marshall anderson simpson ellis adams singh
begum wilkinson foster chapman powell webb rogers gray mason ali hunt hussain campbell matthews
owen palmer holmes mills barnes knight lloyd butler russell barker fisher stevens jenkins murray
dixon harvey graham pearson ahmed fletcher walsh kaur gibson howard andrews stewart elliott
reynolds saunders payne fox ford pearce day brooks west lawrence cole atkinson bradley spencer
gill dawson watts burton o'brien macdonald mcdonald o'connor macleod fitzgerald de-winter st-john
pugh probert vaughan gwynne llewellyn maddox cadwallader bevan bowen pritchard parry rees meredith
tudor penry
""")
_HEADS = words("""
ash black brad brook burn cald carl chad charl chester clif cold craw crom dal den dun east ed ell
fair farn ford gar glad gold grim hal hamp hart hather haw hay hazel hed hol hor hunt kirk lang
lin lock long mar mer mid mil nor oak old pem pen pres rad red ridge rock rook rose row rush sel
shel ship sil south stan stock strat sun swin thorn thur til under wal war wat wel west whit win
wood wor wy
""")
_TAILS = words("""
ford ham ley ton well worth by field wood land bridge brook burn combe cote croft dale den don er
gate grave hurst ing ingham ington leigh low man mere more ridge sey shaw stead stone stow thorpe
wick wright
""")
SURNAMES = [*COMMON_SURNAMES, *(head + tail for tail in _TAILS for head in _HEADS)]
ABROAD = [
    ("jürgen björn matthias stefan felix lukas sabine greta ute franziska katharina lena",
     "müller schmidt schneider fischer weber becker hoffmann krüger groß vogel köhler schäfer"),
    ("josé javier alejandro andrés diego maría lucía carmen sofía elena paula inés",
     "garcía martínez lópez sánchez pérez gómez fernández díaz ramírez núñez ortega torres"),
    ("étienne rémi antoine julien luc chloé élodie manon camille inès noémie zoé",
     "martin bernard dubois lefèvre girard fontaine chevalier perrot garnier bélanger côté roux"),
    ("arjun rahul vikram sanjay rohan aditya priya ananya deepa kavya meera lakshmi",
     "sharma patel iyer reddy gupta nair mehta banerjee kulkarni rao chopra pillai"),
    ("wei hao ming jun kenji haruto min-jun mei lin yuki sakura ji-woo",
     "chen wang li zhang liu tanaka sato kim park nguyen tran huang"),
    ("piotr marek tomasz ivan dmitri pavel katarzyna zuzana olena milena jelena agnieszka",
     "kowalski nowak zieliński novák dvořák horváth petrov jovanović kovalenko popescu łukasik"),
]  # fmt: skip
TOWNS = words("""
london bristol cardiff swansea leeds york bath exeter plymouth norwich ipswich derby lincoln
durham carlisle lancaster preston chester shrewsbury hereford worcester gloucester oxford reading
winchester salisbury taunton truro brecon carmarthen bangor wrexham aberystwyth monmouth newport
haverfordwest ludlow stafford coventry leicester northampton cambridge colchester canterbury
maidstone guildford brighton hastings portsmouth dorchester bodmin barnstaple kendal whitby
scarborough hull grimsby doncaster sheffield halifax huddersfield bolton blackburn keighley
skipton ripon thirsk hexham alnwick berwick
""")
AREAS = words("""
ab al ba bd bh bl bn br bs ca cb cf ch cm co ct cv cw da dd de dh dl dn dt dy ec en ex fy gl gu hd
hg hp hr hu hx ig ip ky la ld le ll ln ls lu me mk ne ng nn np nr ol ox pe pl po pr rg rh sa se sg
sk sn so sp st sw ta tf tn tq
""")
STREETS = words("""
high church park mill station victoria queen king george chapel school north south west green
manor grove orchard meadow river spring castle bridge market garden cedar elm oak willow birch
rowan hawthorn lark swan kestrel abbey priory vicarage tannery foundry quarry harbour
""")
STREET_KINDS = words("street road lane close avenue drive crescent terrace court place way square")
HOUSES = """rose cottage|the old rectory|flat 2|unit 4|hillside|brook house|the lodge|flat 7b|
ivy house|fairview|the mill|sunnybank|block c|level 3|woodside|the gables""".replace(
    "\n", ""
).split("|")
TRADES = words("""
farmer clerk politician clergyman soldier painter physician lawyer
teacher merchant writer engineer sailor actor cricketer architect weaver miner smith servant
baronet musician printer botanist
""")
TITLES = ["sir", "dr", "rev", "lady", "mr", "mrs", "captain", "lord"]
RANKS = ["jr", "sr", "esq", "1st baronet", "2nd baronet", "3rd earl", "1st baron", "the elder"]
FREE_MAIL = ["gmail.com", "outlook.com", "yahoo.com", "hotmail.co.uk", "icloud.com", "gmx.de",
             "btinternet.com", "proton.me"]  # fmt: skip
TRADE_WORDS = words("""
timber harbour copper granite meadow falcon juniper saffron cobalt lantern orchard beacon cinder
drift ember fable grove hollow indigo kestrel
""")
TRADE_KINDS = words("""
foods legal dental logistics media software capital design works partners travel energy printing
bikes textiles
""")
