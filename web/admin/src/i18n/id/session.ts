import type { Messages } from "../en";

export const session: Messages["session"] = {
  title: "Masuk",
  lead: "Menjaga kedua sisi operasi Anda tetap selaras.",
  points: [
    "Pemesanan dan salinan yang dilihat pelanggannya",
    "Stok dan setiap toko yang menjualnya",
    "Pengguna dan server asalnya",
    "Dokumen penjualan dan Metakocka",
  ],
  email: "Email",
  password: "Kata sandi",
  submit: "Masuk",
  signOut: "Keluar",
  expired: "Sesi Anda telah berakhir. Masuk lagi untuk melanjutkan.",
  notAdmin: "Panel ini untuk administrator. Akun Anda bukan administrator.",
  wait: (seconds) => `Terlalu banyak percobaan. Coba lagi dalam ${seconds} dtk.`,
  unreachableTitle: "Gateway tidak menjawab",
  starting: "Memulihkan sesi Anda…",
  required: "Wajib diisi",
  roles: { admin: "Administrator", partner: "Mitra", customer: "Pelanggan" },
};
