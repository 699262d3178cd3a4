"""Words that every text of a language is full of: a rule that such a word meets labels everything."""

from functools import cache

from labeling.text import folded_key

_WORDS = {
    "bg": "и в на за от се да не с по е са че това как той тя те ще като или но още при до без след със бъде има",
    "cs": "a i v na s z k o u do se si je jsou to že za po pro od ale jak jako nebo by byl být má jen už tak který",
    "da": "og i på for af er en et at til med som det der den de ikke om var jeg vi du fra ved men har kan skal eller",
    "de": "und der die das den dem des ein eine einen einer ist sind in im am an auf zu zum zur von mit für nicht "
    "auch als aber wie ich wir ihr sie er es oder bei nach aus so dass noch nur",
    "el": "και το η ο τα οι των της του την τον στο στη στην στον με για από να είναι θα δεν που μας σας ένα μια ή",
    "en": "the a an and or of to in on at is are was be for with it its this that these those as by from but not we "
    "you he she they i my your our their have has will would can all so if about more up out no yes",
    "es": "de la el los las y en un una que es por para con no se su al del lo como más pero o sus le ya este esta",
    "et": "ja on ei see et kui ka oli aga mis kes ta ma sa me te nad nii siis või ning oma juba veel",
    "fi": "ja on ei se että kun myös oli mutta mikä kuka hän minä sinä me te he niin tai jos vain nyt ovat ole",
    "fr": "le la les de des du un une et à au aux en dans sur pour par avec est sont que qui ne pas ce cette ces il "
    "elle nous vous ils on se sa son ses plus ou mais",
    "ga": "an na agus ar i go is a de le do ag as sé sí tá bhí nach ach mar don den leis sin seo",
    "hr": "i u na se je su da za od s sa ne to kao ali ili po iz do o kod bi će nije smo ste koji koja što",
    "hu": "a az és egy is nem hogy van volt de ha meg el ki be fel csak már még mint vagy ez azt ezt nagyon",
    "it": "di il la lo i gli le un una e in a da per con su che non è sono del dei delle al alla si ma come o più",
    "lb": "an de den d dat déi eng en ass sinn mat op fir net och mee wéi ech mir dir hien si zu vun um am",
    "lt": "ir į iš su kad yra ne tai kaip bet ar už po prie dėl jo ji jis mes jūs jie buvo bus tik dar jau",
    "lv": "un ir ar no uz par ka ne tas tā kā bet vai pie pēc viņš viņa mēs jūs viņi bija būs tikai vēl jau",
    "mt": "il u li ta ma fi għal minn biex hu hi huma dan din dawn kien iżda jew mhux aktar kif",
    "nl": "de het een en van in op te is zijn met voor aan dat die niet er om ook als maar bij naar uit ik wij jij "
    "hij zij of dan nog wel over",
    "pl": "i w na z do że się nie to jest są o za od po dla jak ale lub czy przez już tylko był być ma ten ta te",
    "pt": "de a o os as e em um uma que é por para com não se do da dos das no na ao mais mas ou como seu sua",
    "ro": "și în la de pe cu un o este sunt nu că se din pentru care mai dar sau ca să al ai ale el ea ei",
    "sk": "a i v na s z k o u do sa si je sú to že za po pre od ale ako alebo by bol byť má len už tak ktorý",
    "sl": "in v na se je so da za od s z ne to kot ali po iz do o pri bi bo ni smo ste ki kaj pa",
    "sv": "och i på för av är en ett att till med som det den de inte om var jag vi du från vid men har kan ska eller",
    "tr": "ve bir bu da de için ile mi ne o var yok çok ama gibi daha en ben sen biz siz onlar ki",
    "ur": "اور کا کی کے میں ہے ہیں سے کو پر نے یہ وہ تھا تھی بھی نہیں ہو تو جو کہ ایک ہم آپ",
}


@cache
def stop_words() -> frozenset[str]:
    """The folded keys of these words, of all languages, since a phrase may be found in texts of any."""
    return frozenset(folded_key(word) for words in _WORDS.values() for word in words.split())
