import type { Messages } from "../en";

export const demo: Messages["demo"] = {
  nav: "Apa yang bisa salah",
  title: "Apa yang bisa salah",
  lead: "Hanya di demo. Setiap tombol benar-benar merusak sistem di sekitar Lockstep; tanggapannya terlihat di halaman yang ditunjuk.",
  now: "Saat ini",
  usersOn: (server) => `Pengguna di ${server}`,
  erpDocuments: "Dokumen di Metakocka",
  erpCalls: "Panggilan pembuatan",
  go: "Lakukan",
  look: "Lihat tanggapan pengaman",
  lost: {
    title: "Jawaban Metakocka hilang",
    text: "Sebuah pesanan dikirim dan tersimpan di sana, tetapi koneksi putus sebelum jawabannya. Klien yang ceroboh akan mengirimnya dua kali.",
    unknown: (number) =>
      `Jawaban untuk ${number} hilang: belum diketahui apakah tersimpan. Beberapa detik lagi Lockstep memeriksa dulu sebelum mengirim apa pun.`,
    done: (number, there, calls) =>
      `${number} ditemukan di Metakocka sebagai ${there} dan tidak dikirim lagi. Panggilan yang membuatnya: ${calls}.`,
  },
  empty: {
    title: "Server pengguna menjawab kosong",
    text: "Server Dev hidup dan menerima kita, tetapi daftarnya kosong. Mempercayainya akan mengunci semua orang.",
    done: "Dev kini tanpa pengguna. Lihat pratinjaunya: pengaman tidak meloloskannya.",
  },
  tamper: {
    title: "Program lain merusak salinan",
    text: "Skrip lama menghapus, mengubah, dan memindahkan salinan pelanggan di belakang Lockstep.",
    done: (count) =>
      `${count} salinan rusak. Halaman selisih menyebut semuanya; satu tekan memulihkannya.`,
  },
  storm: {
    title: "Semua membeli barang yang sama",
    text: "Dua ratus pembeli memesan satu dari dua puluh unit pada saat yang sama.",
    done: (sold, orders, refused, left) =>
      `${sold} dari ${orders} pesanan terpenuhi, ${refused} ditolak, sisa ${left}: tidak ada yang terjual dua kali.`,
  },
  signInTitle: "Ini demo",
  signIn: (email, password) => `Masuk sebagai ${email} dengan kata sandi ${password}.`,
  heal: "Pulihkan semua yang di luar",
  healed: "Server di luar sudah seperti semula.",
};
