//! People, places and goods. People are made up; their names are common ones, in the scripts that customers use.

/// A person: the name as they write it, the name they log in with, and where they live.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) login: &'static str,
    pub(super) city: &'static str,
    /// ISO 3166 code.
    pub(super) country: &'static str,
}

const fn p(name: &'static str, login: &'static str, city: &'static str, country: &'static str) -> Person {
    Person { name, login, city, country }
}

/// The customers.
pub(super) const PEOPLE: [Person; 64] = [
    p("Marta Lindhagen", "marta.l", "Malmö", "SE"),
    p("Nguyễn Thị Hạnh Dung", "hanhdung", "Đà Nẵng", "VN"),
    p("Глеб Сторожук", "gleb.s", "Київ", "UA"),
    p("رنيم الخضيراوي", "raneem", "تونس", "TN"),
    p("温若溪", "wen.ruoxi", "成都", "CN"),
    p("小田切 澪", "mio.o", "札幌市", "JP"),
    p("सुहानी पटवर्धन", "suhani.p", "पुणे", "IN"),
    p("Δάφνη Καραλή", "dafni.k", "Θεσσαλονίκη", "GR"),
    p("Jonas Weidmoser", "jonas.w", "Linz", "AT"),
    p("Trần Quốc Lâm Viên", "lamvien", "Huế", "VN"),
    p("Арина Мелехова", "arina.m", "Алматы", "KZ"),
    p("باسل العجلوني", "basel.a", "عمّان", "JO"),
    p("沈嘉宁", "shen.jn", "杭州", "CN"),
    p("相馬 いぶき", "ibuki.s", "仙台市", "JP"),
    p("निखिल बटवाल", "nikhil.b", "देहरादून", "IN"),
    p("Θοδωρής Αλειφέρης", "thodoris", "Πάτρα", "GR"),
    p("Inês Carvalhinho", "ines.c", "Braga", "PT"),
    p("Phạm Diễm Quyên", "diemquyen", "Cần Thơ", "VN"),
    p("Злата Каменарска", "zlata.k", "Пловдив", "BG"),
    p("هناء القطرنجي", "hanaa.q", "حلب", "SY"),
    p("程书瑶", "cheng.sy", "南京", "CN"),
    p("花村 健吾", "kengo.h", "金沢市", "JP"),
    p("मीनल चतुर्वेदी", "meenal.c", "भोपाल", "IN"),
    p("Μυρτώ Βασιλάκου", "myrto.v", "Ηράκλειο", "GR"),
    p("Piotr Zawadowicz", "piotr.z", "Łódź", "PL"),
    p("Vũ Khôi Nguyên", "khoinguyen", "Hải Phòng", "VN"),
    p("Тимур Бердыев", "timur.b", "Омск", "RU"),
    p("ياسين الزغلامي", "yassine.z", "صفاقس", "TN"),
    p("欧阳雨桐", "ouyang.yt", "武汉", "CN"),
    p("水野 千尋", "chihiro.m", "松江市", "JP"),
    p("दीपेश राजवंशी", "deepesh.r", "पटना", "IN"),
    p("Στέφανος Μαυρογένης", "stefanos", "Βόλος", "GR"),
    p("Tomáš Hrubeček", "tomas.h", "Brno", "CZ"),
    p("Đặng Thảo Uyên", "thaouyen", "Nha Trang", "VN"),
    p("Оксана Яремчишин", "oksana.y", "Львів", "UA"),
    p("ليان الدروبي", "layan.d", "حمص", "SY"),
    p("陆子衿", "lu.zijin", "苏州", "CN"),
    p("岡野 陽菜", "hina.o", "高松市", "JP"),
    p("काव्या नौटियाल", "kavya.n", "लखनऊ", "IN"),
    p("Ελπίδα Ραυτοπούλου", "elpida.r", "Ιωάννινα", "GR"),
    p("Gülay Erdemgil", "gulay.e", "İzmir", "TR"),
    p("Bùi Gia Tường", "giatuong", "Hà Nội", "VN"),
    p("Мирослав Ђурић", "miroslav.d", "Нови Сад", "RS"),
    p("طارق بن صميدة", "tarek.s", "وهران", "DZ"),
    p("孟思远", "meng.sy", "西安", "CN"),
    p("藤崎 蒼太", "sota.f", "熊本市", "JP"),
    p("इशान जोगलेकर", "ishan.j", "नागपुर", "IN"),
    p("Ορέστης Λιακάκος", "orestis.l", "Καλαμάτα", "GR"),
    p("Siobhán Mac Cárthaigh", "siobhan", "Corcaigh", "IE"),
    p("Hoàng Mộc Lan", "moclan", "Vũng Tàu", "VN"),
    p("Эльвира Сагитова", "elvira.s", "Казань", "RU"),
    p("سلمى الورغي", "salma.w", "سوسة", "TN"),
    p("苏沐晴", "su.muqing", "厦门", "CN"),
    p("森川 彩葉", "iroha.m", "奈良市", "JP"),
    p("तन्वी खांडेकर", "tanvi.k", "नाशिक", "IN"),
    p("Φωτεινή Τσακίρη", "foteini.t", "Καβάλα", "GR"),
    p("Élodie Garrigoux", "elodie.g", "Toulouse", "FR"),
    p("Lý Bảo Trâm", "baotram", "Buôn Ma Thuột", "VN"),
    p("한소담", "sodam.h", "전주시", "KR"),
    p("נועה בן־שושן", "noa.bs", "חיפה", "IL"),
    p("윤다온", "daon.y", "강릉시", "KR"),
    p("Mateus Brandolim", "mateus.b", "Recife", "BR"),
    p("Ayşenur Taşdelen", "aysenur.t", "Bursa", "TR"),
    p("Oluwaseun Adebimpe", "seun.a", "Ibadan", "NG"),
];

/// The person behind a number, always the same one.
pub(super) fn person(number: u64) -> Person {
    PEOPLE[(number % PEOPLE.len() as u64) as usize]
}

/// Streets, anywhere.
pub(super) const STREETS: [&str; 14] = [
    "12 Lê Lợi",
    "Lindenweg 7",
    "Calle Olmo 31",
    "وسط البلد 5",
    "文化路88号",
    "さくら通り 3-12",
    "गांधी मार्ग 14",
    "Ερμού 26",
    "Шевченка 40",
    "Rua das Flores 118",
    "58 Trần Phú",
    "Storgatan 2",
    "9 Harbour Row",
    "Via dei Pini 63",
];

/// Shops and others who take a card.
pub(super) const MERCHANTS: [&str; 14] = [
    "Chợ Bến Market",
    "Bäckerei Morgenrot",
    "Café Kiosk 21",
    "茶里茶外",
    "Super Verde",
    "Tramline",
    "Аптека «Ромашка»",
    "Book & Lamp",
    "まるや食堂",
    "مخبز الياسمين",
    "Πρατήριο Ο Φάρος",
    "Cinema Luna",
    "Hardware & Sons",
    "मसाला घर",
];

/// What the shop sells: number, name, price in cents.
pub(super) const GOODS: [(&str, &str, i64); 16] = [
    ("PANTS", "Pants", 1000),
    ("SHIRT", "Shirt", 1450),
    ("SOCKS-3", "Socks, three pairs", 790),
    ("RAINCOAT", "Raincoat", 5490),
    ("SCARF", "Scarf", 1890),
    ("MUG", "Mug", 690),
    ("TEA-JAS", "Jasmine tea", 845),
    ("LAMP", "Desk lamp", 3995),
    ("NOTEBOOK", "Notebook", 425),
    ("PEN-BLUE", "Blue pen", 180),
    ("BAG-M", "Shoulder bag", 4250),
    ("BOOTS-41", "Boots, size 41", 8900),
    ("PHO-BOWL", "Phở bowl", 1275),
    ("BLANKET", "Wool blanket", 6700),
    ("KETTLE", "Kettle", 3150),
    ("UMBRELLA", "Umbrella", 1590),
];
