use super::*;

#[tokio::test]
async fn what_is_refused_before_it_comes_to_stock_is_stamped_like_all_of_stock() {
    let limit = Arc::new(AnonymousLimit::new(NonZeroU32::MIN));
    let routes = Router::new()
        .route("/api/stock/validate", post(async || "ok"))
        .route("/elsewhere", post(async || "ok"));
    let layers = Layers {
        anonymous_limit: Some(limit),
        ..layers()
    };
    let site = layers.wrap(routes, None).router().clone();
    let send = |path: &str, length: usize| {
        let mut request = from_peer(path, [1, 1, 1, 1]);
        *request.method_mut() = Method::POST;
        request
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
        site.clone().oneshot(request)
    };
    let stock = "/api/stock/validate";
    for (path, length, status) in [
        (stock, 2 << 20, 413),
        (stock, 0, 200),
        (stock, 0, 429),
        ("/elsewhere", 0, 429),
    ] {
        let response = send(path, length).await.unwrap();
        assert_eq!(response.status(), status);
        let headers = response.headers();
        let is_stamped = headers.contains_key("x-stock-timestamp");
        assert_eq!(is_stamped, path == stock, "{path} {status}");
        let kept = headers.get(header::CACHE_CONTROL);
        let never = HeaderValue::from_static("no-cache, no-store, must-revalidate");
        assert_eq!(kept == Some(&never), path == stock, "{path} {status}");
    }
}
