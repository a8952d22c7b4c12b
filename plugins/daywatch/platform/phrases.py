# ruff: noqa: E501 - lists of words read better as one line each
"""What people write under videos: words by language, joined at random into unlike comments.

Copies are what detections look for, so honest comments must differ: long ones are five parts from
lists plus a made-up name; short ones ("first", a heart) repeat, as they do everywhere.
"""

from __future__ import annotations

SHORT = {
    "en": "first|lol|so cute|love this|wow|same|omg|this is gold|I can't 😂|need a part 2|underrated|who else is here in 2026?|goals|too real|haha|nice|cool|this|facts|dead 💀",
    "es": "primero|jajaja|me encanta|qué bonito|hermosa|increíble|yo también|parte 2 porfa|crack|qué risa|ídolo|amo|tal cual|buenísimo|saludos",
    "pt": "primeiro|kkkkk|amei|que lindo|perfeita|top demais|parte 2|eu também|arrasou|maravilhosa|que fofo|socorro|verdade|show|rindo muito",
    "id": "pertama|wkwkwk|keren|lucu banget|mantap|suka|part 2 dong|bagus|gemes|sama|setuju|semangat kak|cantik|ngakak|sehat selalu",
    "de": "erster|haha|so süß|mega|stark|geil|wie schön|teil 2 bitte|same|ich auch|liebe es|krass|sehr gut|genau so|schön",
    "ja": "かわいい|すごい|好き|わかる|草|最高|初コメ|素敵|神|面白い|続きお願いします|いいね|うまい|泣いた",
    "ar": "الأول|ههههه|رائع|جميل|ما شاء الله|أحببته|الجزء الثاني|صحيح|روعة|ممتاز|أنا أيضا|إبداع",
}
EMOJI = "🔥🔥🔥|❤️|😂😂😂|😍|👏👏|💯|🥺|😭|🙌|✨|💕💕|👍|🤣|😎|🎉|🙏|😮|🫶|💀|🤩"

PARTS = {
    "en": (
        "my dog|my sister|nobody|grandma|the drummer|that cat|the chorus|our coach|half my class|the guy behind|this tune|the bridge|my neighbour|the ending|the blue jacket|her laugh|that cake|his hair|the baby|the lighting",
        "kept|ruined|noticed|stole|started|copied|made|forgot|repeats|missed|fixed|wants|tried|loved|hates|saved|filmed|cooked|sang|needs",
        "dinner|the beat|every step|bus nine|our wedding|two takes|lunch again|a mic|homework|the roof|snow boots|pasta|a trophy|cold tea|the train|old shoes|a kite|yoga|the goal|paint",
        "and I keep|so now we|which is why they|while people|before we|until somebody|because kids|then suddenly I|although you|and honestly they",
        "laugh every single morning|talk about trains|practise in the kitchen|cry over nothing|watch it with sound off|argue in the car|sing along badly|dream of the beach|call my brother|drink too much coffee|dance at the bus stop|study maths instead|wait for winter|paint the fence|miss the old flat|ask for seconds",
    ),
    "es": (
        "mi perro|mi hermana|nadie|la abuela|el baterista|ese gato|el coro|mi profe|medio salón|el de atrás|esa canción|mi vecina|el final|la chaqueta|su risa|ese pastel|su pelo|el bebé|la luz|mi jefe",
        "arruinó|vio|robó|empezó|copió|hizo|olvidó|repite|perdió|arregló|quiere|probó|amó|odia|salvó|grabó|cocinó|cantó|pide|busca",
        "la cena|el ritmo|cada paso|el bus|la boda|dos tomas|el almuerzo|un micro|la tarea|el techo|las botas|la pasta|un trofeo|el té|el tren|mis zapatos|un globo|el yoga|el gol|la pintura",
        "y yo siempre|así que nosotros|por eso ellos|mientras todos|antes de que|hasta que alguien|porque los niños|y de repente|aunque tú|y la verdad",
        "me río cada mañana|hablan de trenes|bailan en la cocina|lloro por nada|lo miran sin sonido|discuten en el coche|cantan muy mal|sueño con la playa|llamo a mi hermano|toman mucho café|estudian otra cosa|esperan el invierno|extraño mi casa|piden repetir|corren bajo la lluvia|pintan la cerca",
    ),
    "pt": (
        "meu cachorro|minha irmã|ninguém|a vovó|o baterista|esse gato|o refrão|meu professor|meia turma|o de trás|essa música|a vizinha|o final|a jaqueta|a risada|esse bolo|o cabelo|o bebê|a luz|meu chefe",
        "estragou|viu|roubou|começou|copiou|fez|esqueceu|repete|perdeu|arrumou|quer|provou|amou|odeia|salvou|filmou|cozinhou|cantou|pede|procura",
        "o jantar|o ritmo|cada passo|o ônibus|a festa|dois takes|o almoço|o som|a lição|o telhado|as botas|o macarrão|um troféu|o chá|o trem|meus tênis|uma pipa|o treino|o gol|a tinta",
        "e eu sempre|então a gente|por isso eles|enquanto todos|antes que|até que alguém|porque as crianças|e do nada|mesmo que você|e na verdade",
        "rio toda manhã|falam de trens|dançam na cozinha|choro por nada|assistem sem som|brigam no carro|cantam muito mal|sonho com a praia|ligo pro meu irmão|tomam muito café|estudam outra coisa|esperam o inverno|sinto falta de casa|pedem mais um|correm na chuva|pintam o muro",
    ),
    "id": (
        "kucingku|adikku|tetangga|nenek|drummernya|anjing itu|reffnya|guruku|teman kelas|yang belakang|lagu ini|ibu kos|akhirnya|jaket biru|ketawanya|kue itu|rambutnya|bayinya|lampunya|bosku",
        "merusak|lihat|ambil|mulai|tiru|bikin|lupa|ulang|hilang|perbaiki|mau|coba|suka|benci|simpan|rekam|masak|nyanyi|minta|cari",
        "makan malam|iramanya|tiap langkah|bis sembilan|nikahan|dua kali|sarapan|mikrofon|tugas|atap rumah|sepatu bot|mie ayam|piala|teh dingin|kereta|sepatu lama|layangan|senam|golnya|cat tembok",
        "dan aku selalu|jadi kita|makanya mereka|sambil orang|sebelum kami|sampai ada yang|karena anak anak|tiba tiba aku|walau kamu|dan jujur dia",
        "tertawa tiap pagi|ngobrol soal kereta|latihan di dapur|nangis tanpa sebab|nonton tanpa suara|ribut di mobil|nyanyi sumbang|mimpi ke pantai|telepon kakak|minum kopi terus|belajar yang lain|nunggu hujan|kangen rumah|minta tambah|lari kehujanan|cat pagar",
    ),
    "de": (
        "mein Hund|meine Tante|niemand|Oma|der Trommler|die Katze|der Refrain|unser Trainer|die Klasse|der da hinten|dieses Lied|mein Nachbar|das Ende|die Jacke|ihr Lachen|der Kuchen|sein Haar|das Baby|das Licht|mein Chef",
        "behielt|sah|klaute|begann|kopierte|machte|vergaß|übt|verpasste|baute|will|probierte|liebte|hasst|rettete|filmte|kochte|sang|braucht|sucht",
        "Abendbrot|den Takt|jeden Schritt|Bus neun|die Feier|zwei Takes|Mittag|ein Mikro|Mathe|das Dach|Stiefel|Nudeln|den Pokal|Tee|den Zug|alte Schuhe|Drachen|Yoga|das Tor|Farbe",
        "und ich muss|also wollen wir|weshalb sie|während Leute|bevor wir|bis jemand|weil Kinder|plötzlich kann ich|obwohl du|und ehrlich sie",
        "jeden Morgen lachen|über Züge reden|in der Küche tanzen|wegen nichts weinen|ohne Ton schauen|im Auto streiten|falsch mitsingen|vom Meer träumen|den Bruder anrufen|zu viel Kaffee trinken|etwas anderes lernen|auf Schnee warten|das alte Haus vermissen|Nachschlag holen|im Regen rennen|den Zaun streichen",
    ),
    "ja": (
        "うちの犬が|妹が|誰も|おばあちゃんが|ドラムの人が|あの猫が|サビで|先生が|クラスの半分が|後ろの人が|この曲で|隣の人が|最後に|青い服が|笑い声が|そのケーキが|髪型が|赤ちゃんが|照明が|店長が",
        "毎朝|急に|こっそり|二回も|また|やっと|ずっと|たまに|本気で|いつも|先週|夜中に|一緒に|雨の日に|電車で|台所で",
        "晩ごはんを|ステップを|バスを|結婚式を|宿題を|屋根を|長靴を|パスタを|トロフィーを|お茶を|電車を|古い靴を|凧を|ヨガを|ゴールを|絵の具を",
        "忘れて|真似して|撮って|探して|直して|褒めて|歌って|作って|逃して|始めて",
        "みんなで笑ってしまいました|海に行きたくなりました|兄に電話しました|コーヒーを飲みすぎました|音なしで見ています|駅で踊りそうでした|冬を待っています|昔の家が懐かしいです|数学をやめました|おかわりをお願いしました",
    ),
    "ar": (
        "كلبي|أختي|لا أحد|جدتي|عازف الطبل|تلك القطة|المدرب|نصف الصف|جاري|هذه الأغنية|النهاية|السترة الزرقاء|ضحكتها|الكعكة|الطفل|الإضاءة",
        "أفسد|رأى|سرق|بدأ|قلد|صنع|نسي|كرر|أصلح|يريد|جرب|أحب|صور|طبخ|غنى|يبحث عن",
        "العشاء|الإيقاع|كل خطوة|الحافلة|العرس|الغداء|الواجب|السقف|الحذاء|المعكرونة|الكأس|الشاي|القطار|الطائرة الورقية|الهدف|الطلاء",
        "وأنا دائما|لذلك نحن|ولهذا هم|بينما الناس|قبل أن|حتى جاء أحد و|لأن الأطفال|وفجأة أنا|مع أنك|وبصراحة هم",
        "نضحك كل صباح|نتحدث عن القطارات|نرقص في المطبخ|نبكي بلا سبب|نشاهد بلا صوت|نغني بصوت سيئ|نحلم بالبحر|نتصل بأخي|نشرب القهوة كثيرا|ننتظر الشتاء|نشتاق إلى البيت|نركض تحت المطر",
    ),
}  # fmt: skip

SYLLABLES = "ka|lo|mi|ra|ten|shi|vo|del|na|pri|zu|mar|el|jo|fen|ti|gus|ba|lin|or|ya|ces|du|ham|wi|ro|san|ke|pol|aya|nim|tor"
LINKS = "youtu.be|wikipedia.org|spotify.com|instagram.com|recipes.example.org|mymusic.example.net|news.example.com|etsy.com"
